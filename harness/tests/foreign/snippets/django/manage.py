"""The smallest real Django project around the view in panora_view.py, with Django's usual middleware."""
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="0" * 50,
    ROOT_URLCONF="urls",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
execute_from_command_line(sys.argv)
