"""All addresses, by area."""

from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from playground.web.views import conversations, live, site

urlpatterns = [
    path("", conversations.playground, name="playground"),
    path("c/<uuid:conversation_id>/", conversations.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/thread/", conversations.thread_after, name="thread"),
    path("c/<uuid:conversation_id>/rename/", conversations.rename, name="conversation-rename"),
    path("c/<uuid:conversation_id>/delete/", conversations.delete, name="conversation-delete"),
    path("c/<uuid:conversation_id>/branch/", conversations.branch, name="branch"),
    path("c/<uuid:conversation_id>/settings/", conversations.run_settings_of, name="conversation-settings"),
    path("conversations/", conversations.conversation_list, name="conversation-list"),
    path("messages/<uuid:message_id>/", conversations.message, name="message"),
    path("live/command/", live.command, name="live-command"),
    path("live/poll/", live.poll, name="live-poll"),
    path("accounts/", include("allauth.urls")),
    path("preferences/", site.set_language, name="set-language"),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["playground.web"]), name="javascript-catalog"),
    path("healthz", site.health, name="health"),
]
