"""All addresses, by area."""

from allauth.account import views as allauth
from django.urls import include, path, re_path
from django.views.i18n import JavaScriptCatalog

from playground.web.views import accounts, conversations, keys, live, models, settings, setup, site

# Of allauth's pages those that this installation has; each is in our look (templates/account).
account_pages = [
    path("login/", accounts.sign_in, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", accounts.sign_up, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("confirm-email/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", allauth.confirm_email, name="account_confirm_email"),
]

urlpatterns = [
    path("", conversations.playground, name="playground"),
    path("c/<uuid:conversation_id>/", conversations.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/thread/", conversations.thread_after, name="thread"),
    path("c/<uuid:conversation_id>/rename/", conversations.rename, name="conversation-rename"),
    path("c/<uuid:conversation_id>/pin/", conversations.pin, name="conversation-pin"),
    path("c/<uuid:conversation_id>/archive/", conversations.archive, name="conversation-archive"),
    path("c/<uuid:conversation_id>/delete/", conversations.delete, name="conversation-delete"),
    path("c/<uuid:conversation_id>/restore/", conversations.restore, name="conversation-restore"),
    path("c/<uuid:conversation_id>/branch/", conversations.branch, name="branch"),
    path("c/<uuid:conversation_id>/settings/", conversations.run_settings_of, name="conversation-settings"),
    path("conversations/", conversations.conversation_list, name="conversation-list"),
    path("messages/<uuid:message_id>/", conversations.message, name="message"),
    path("live/command/", live.command, name="live-command"),
    path("live/poll/", live.poll, name="live-poll"),
    path("models/", models.table, name="models"),
    path("models/<str:slug>/", models.language_model, name="model"),
    path("keys/", keys.table, name="keys"),
    path("keys/add/", keys.add, name="key-add"),
    path("keys/<uuid:key_id>/", keys.one, name="key"),
    path("keys/<uuid:key_id>/test/", keys.test, name="key-test"),
    path("keys/<uuid:key_id>/label/", keys.label, name="key-label"),
    path("keys/<uuid:key_id>/replace/", keys.replace, name="key-replace"),
    path("keys/<uuid:key_id>/switch/", keys.switch, name="key-switch"),
    path("keys/<uuid:key_id>/models/", keys.add_models, name="key-models"),
    path("keys/<uuid:key_id>/models/<uuid:offer_id>/withdraw/", keys.withdraw_model, name="key-withdraw"),
    path("keys/<uuid:key_id>/delete/", keys.delete, name="key-delete"),
    path("settings/", settings.page, name="settings"),
    path("settings/profile/", settings.profile, name="settings-profile"),
    path("settings/rates/", settings.rates, name="settings-rates"),
    path("settings/addresses/", settings.addresses, name="settings-addresses"),
    path("settings/addresses/forbid/", settings.forbid, name="settings-forbid"),
    path("setup/", setup.form, name="setup-form"),
    path("setup/<str:token>/", setup.link, name="setup"),
    path("accounts/", include(account_pages)),
    path("preferences/", site.set_language, name="set-language"),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["playground.web"]), name="javascript-catalog"),
    path("healthz", site.health, name="health"),
]
