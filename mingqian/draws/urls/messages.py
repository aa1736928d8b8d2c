"""Addresses: releasing the list, messages and answer links, the expert's own page, moving the meeting."""

from django.urls import path

from mingqian.draws.views import answer, messages, release, reschedule

urlpatterns = [
    path("draws/<str:number>/release", release.release, name="release"),
    path("draws/<str:number>/reschedule", reschedule.reschedule, name="reschedule"),
    path("draws/<str:number>/messages", messages.outbox, name="messages"),
    path("draws/<str:number>/messages/send", messages.send, name="send-links"),
    path("draws/<str:number>/messages/deeds", messages.deeds, name="message-deeds"),
    path("draws/<str:number>/messages/print", messages.print_sheet, name="print-messages"),
    path("draws/<str:number>/messages/<int:pk>", messages.show_message, name="message"),
    path("answer/<str:token>", answer.answer, name="answer"),
]
