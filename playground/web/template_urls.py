"""The addresses of the templates, below /templates/."""

from django.urls import path

from playground.web.views import prompt_editor, prompt_trial, prompt_use, prompts

urlpatterns = [
    path("", prompts.shelf, name="templates"),
    path("new/", prompt_editor.new, name="template-new"),
    path("preview/", prompt_editor.preview, name="template-preview"),
    path("import/", prompt_editor.import_file, name="template-import"),
    path("export/<str:kind>/", prompts.export_all, name="templates-export"),
    path("compare/", prompts.compare, name="template-compare"),
    path("compare/try/", prompt_trial.both, name="template-try-both"),
    path("menu/", prompt_use.menu, name="template-menu"),
    path("built-in/<slug:name>/", prompts.built_in, name="template-built-in"),
    path("versions/<uuid:version_id>/use/", prompt_use.use, name="template-use"),
    path("<uuid:template_id>/", prompts.one, name="template"),
    path("<uuid:template_id>/edit/", prompt_editor.edit, name="template-edit"),
    path("<uuid:template_id>/star/", prompts.star, name="template-star"),
    path("<uuid:template_id>/archive/", prompts.archive, name="template-archive"),
    path("<uuid:template_id>/live/", prompts.make_live, name="template-live"),
    path("<uuid:template_id>/restore/", prompts.restore, name="template-restore"),
    path("<uuid:template_id>/copy/", prompts.copy, name="template-copy"),
    path("<uuid:template_id>/fork/", prompts.fork, name="template-fork"),
    path("<uuid:template_id>/catch-up/", prompts.catch_up, name="template-catch-up"),
    path("<uuid:template_id>/export/<str:kind>/", prompts.export, name="template-export"),
]
