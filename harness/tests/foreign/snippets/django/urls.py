from django.urls import path

from panora_view import panora

urlpatterns = [path("panora", panora)]
