"""Addresses: 确认专家参评 and the forms in its drawer."""

from django.urls import path

from mingqian.draws.views import answer_forms, answers, confirm

urlpatterns = [
    path("draws/<str:number>/confirm", confirm.show_confirmation, name="confirm"),
    path("draws/<str:number>/confirm/answer", answers.answer, name="confirm-answer"),
    path("draws/<str:number>/confirm/decline", answer_forms.decline, name="confirm-decline"),
    path("draws/<str:number>/confirm/revert", answers.revert, name="confirm-revert"),
    path("draws/<str:number>/confirm/contact", answer_forms.contact, name="confirm-contact"),
    path("draws/<str:number>/confirm/choose", answer_forms.choose, name="confirm-choose"),
    path("draws/<str:number>/confirm/undo", confirm.undo, name="confirm-undo"),
]
