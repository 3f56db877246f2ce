"""Addresses of the jobs' pages."""

from django.urls import path

from jobs import views

urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/left/", views.leave_list, name="jobs-left"),
    path("jobs/tray/", views.tray_part, name="job-tray"),
    path("jobs/tray/whose/", views.whose, name="job-tray-whose"),
    path("jobs/cancel-mine/", views.cancel_mine, name="jobs-cancel-mine"),
    path("jobs/retry-mine/", views.retry_mine, name="jobs-retry-mine"),
    path("jobs/<int:pk>/", views.job_page, name="job"),
    path("jobs/<int:pk>/cancel/", views.cancel, name="job-cancel"),
    path("jobs/<int:pk>/retry/", views.retry, name="job-retry"),
    path("jobs/<int:pk>/front/", views.front, name="job-front"),
    path("queues/<slug:name>/pause/", views.pause, name="queue-pause"),
    path("queues/<slug:name>/resume/", views.resume, name="queue-resume"),
]
