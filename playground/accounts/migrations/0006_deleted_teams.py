from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_access_tokens")]

    operations = [
        migrations.AddField(
            model_name="team",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
    ]
