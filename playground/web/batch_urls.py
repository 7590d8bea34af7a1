"""The addresses of the batches, below /batches/."""

from django.urls import path

from playground.web.views import batches

urlpatterns = [
    path("", batches.table, name="batches"),
    path("new/", batches.new, name="batch-new"),
    path("<uuid:batch_id>/", batches.page, name="batch"),
    path("<uuid:batch_id>/plan/", batches.plan, name="batch-plan"),
    path("<uuid:batch_id>/template/", batches.template, name="batch-template"),
    path("<uuid:batch_id>/start/", batches.start, name="batch-start"),
    path("<uuid:batch_id>/live/", batches.live, name="batch-live"),
    path("<uuid:batch_id>/move/", batches.move, name="batch-move"),
    path("<uuid:batch_id>/retry/", batches.retry, name="batch-retry"),
    path("<uuid:batch_id>/again/", batches.again, name="batch-again"),
    path("<uuid:batch_id>/delete/", batches.delete, name="batch-delete"),
    path("<uuid:batch_id>/rows/<int:number>/", batches.row, name="batch-row"),
    path("<uuid:batch_id>/results.<str:kind>", batches.results, name="batch-results"),
    path("<uuid:batch_id>/beside/<uuid:other_id>/", batches.beside, name="batch-beside"),
]
