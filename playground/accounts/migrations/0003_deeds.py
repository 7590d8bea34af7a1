"""The team's log of deeds; the database itself refuses to change or delete a line."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from playground.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_browser_sessions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(blank=True, default='', max_length=254)),
                ('name', models.CharField(max_length=64)),
                ('subject', models.CharField(blank=True, default='', max_length=200)),
                ('details', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.team')),
            ],
            options={
                'verbose_name': 'deed',
                'verbose_name_plural': 'deeds',
                'indexes': [models.Index(fields=['team', 'created_at'], name='deed_team_time')],
            },
        ),
        forbid_changes('accounts_deed', 'deeds'),
    ]
