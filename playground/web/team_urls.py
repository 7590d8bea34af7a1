"""The addresses of teams and invitations."""

from django.urls import path

from playground.web.views import audit, invitations, teams

urlpatterns = [
    path("team/", teams.page, name="team"),
    path("team/log/", audit.page, name="audit"),
    path("team/log.csv", audit.export, name="audit-export"),
    path("team/make/", teams.make, name="team-make"),
    path("team/switch/", teams.switch, name="team-switch"),
    path("team/<int:team_id>/rename/", teams.rename, name="team-rename"),
    path("team/<int:team_id>/leave/", teams.leave, name="team-leave"),
    path("team/<int:team_id>/delete/", teams.delete, name="team-delete"),
    path("team/<int:team_id>/members/<int:user_id>/role/", teams.role, name="member-role"),
    path("team/<int:team_id>/members/<int:user_id>/remove/", teams.remove, name="member-remove"),
    path("team/<int:team_id>/members/<int:user_id>/hand-over/", teams.hand_over, name="team-hand-over"),
    path("team/<int:team_id>/invitations/", invitations.invite, name="team-invite"),
    path("team/<int:team_id>/invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation-revoke"),
    path("invitation/", invitations.page, name="invitation"),
    path("invitation/accept/", invitations.accept, name="invitation-accept"),
    path("invitation/sign-up/", invitations.sign_up, name="invitation-sign-up"),
    path("invitation/<str:token>/", invitations.link, name="invitation-link"),
]
