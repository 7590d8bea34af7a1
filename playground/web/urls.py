"""All addresses, by area."""

from allauth.account import views as allauth
from django.urls import include, path, re_path
from django.views.i18n import JavaScriptCatalog

from playground.web.views import accounts, conversations, keys, live, models, palette, settings, setup, site

# Of allauth's pages those that this installation has; each is in our look (templates/account).
account_pages = [
    path("login/", accounts.sign_in, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", accounts.sign_up, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("email/", accounts.email, name="account_email"),
    path("password/change/", accounts.password_change, name="account_change_password"),
    path("password/set/", accounts.password_set, name="account_set_password"),
    path("password/reset/", accounts.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("confirm-email/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", allauth.confirm_email, name="account_confirm_email"),
]

urlpatterns = [
    path("", conversations.playground, name="playground"),
    path("c/<uuid:conversation_id>/", conversations.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/thread/", conversations.thread_part, name="thread"),
    path("c/<uuid:conversation_id>/rename/", conversations.rename, name="conversation-rename"),
    path("c/<uuid:conversation_id>/pin/", conversations.pin, name="conversation-pin"),
    path("c/<uuid:conversation_id>/archive/", conversations.archive, name="conversation-archive"),
    path("c/<uuid:conversation_id>/delete/", conversations.delete, name="conversation-delete"),
    path("c/<uuid:conversation_id>/restore/", conversations.restore, name="conversation-restore"),
    path("c/<uuid:conversation_id>/branch/", conversations.branch, name="branch"),
    path("c/<uuid:conversation_id>/settings/", conversations.run_settings_of, name="conversation-settings"),
    path("c/<uuid:conversation_id>/what-if/", conversations.what_if, name="conversation-what-if"),
    path("conversations/", conversations.conversation_list, name="conversation-list"),
    path("try/", conversations.empty, name="trials"),
    path("model-picker/", conversations.model_picker, name="model-picker"),
    path("messages/<uuid:message_id>/", conversations.message, name="message"),
    path("messages/<uuid:message_id>/details/", conversations.message_details, name="message-details"),
    path("messages/<uuid:message_id>/branch-off/", conversations.branch_off, name="branch-off"),
    path("live/command/", live.command, name="live-command"),
    path("live/poll/", live.poll, name="live-poll"),
    path("models/", models.table, name="models"),
    path("models/<str:slug>/", models.language_model, name="model"),
    path("models/offers/<uuid:offer_id>/price/", models.price, name="model-price"),
    path("models/offers/<uuid:offer_id>/price/end/", models.end_price, name="model-price-end"),
    path("keys/", keys.table, name="keys"),
    path("keys/now/", keys.now, name="keys-now"),
    path("keys/add/", keys.add, name="key-add"),
    path("keys/add/models/", keys.list_models, name="key-list-models"),
    path("keys/<uuid:key_id>/", keys.one, name="key"),
    path("keys/<uuid:key_id>/test/", keys.test, name="key-test"),
    path("keys/<uuid:key_id>/label/", keys.label, name="key-label"),
    path("keys/<uuid:key_id>/replace/", keys.replace, name="key-replace"),
    path("keys/<uuid:key_id>/switch/", keys.switch, name="key-switch"),
    path("keys/<uuid:key_id>/models/", keys.models, name="key-models"),
    path("keys/<uuid:key_id>/delete/", keys.delete, name="key-delete"),
    path("settings/", settings.page, name="settings"),
    path("settings/profile/", settings.profile, name="settings-profile"),
    path("settings/sessions/end/", settings.end_session, name="settings-end-session"),
    path("settings/sessions/end-others/", settings.end_others, name="settings-end-others"),
    path("settings/rates/", settings.rates, name="settings-rates"),
    path("settings/addresses/", settings.addresses, name="settings-addresses"),
    path("settings/addresses/forbid/", settings.forbid, name="settings-forbid"),
    path("setup/", setup.form, name="setup-form"),
    path("setup/<str:token>/", setup.link, name="setup"),
    path("accounts/", include(account_pages)),
    path("palette/", palette.rows, name="palette"),
    path("preferences/", site.set_language, name="set-language"),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["playground.web"]), name="javascript-catalog"),
    path("healthz", site.health, name="health"),
]
