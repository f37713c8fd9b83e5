"""Form fields of the admin for what an account or a group has many of. They need no script."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.apps import apps
from django.contrib.auth.models import Permission
from django.forms.models import ModelChoiceIterator
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class PermissionsWidget(forms.CheckboxSelectMultiple):
    """A box for each permission, folded by app."""

    template_name = "admin/accounts/_permissions.html"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        groups = [
            {"app": app, "number": number, "boxes": boxes, "chosen": sum(box["selected"] for box in boxes)}
            for app, boxes, number in self.get_context(name, value, attrs)["widget"]["optgroups"]
        ]
        return render_to_string(self.template_name, {"name": name, "groups": groups})


class ByApp(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:  # pairs of an app and its choices
        permissions = self.queryset.select_related("content_type")  # which come in order of their apps and models
        for app, of_app in groupby(permissions, lambda permission: permission.content_type.app_label):
            yield str(apps.get_app_config(app).verbose_name), [self.choice(permission) for permission in of_app]


class PermissionsField(forms.ModelMultipleChoiceField):
    widget = PermissionsWidget
    iterator = ByApp

    def label_from_instance(self, permission: Permission) -> str:
        return permission.name  # has the name of its model in it
