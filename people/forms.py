"""Forms of people's pages."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField

from people.models import Project, User

MAX_CODE = 40  # characters of a code, however it is spaced
MAX_USERNAME = 150  # characters; a longer one would not fit into the record of failures


class SignInForm(AuthenticationForm):
    username = UsernameField(max_length=MAX_USERNAME, widget=forms.TextInput({"autofocus": True}))


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]


class CodeForm(forms.Form):
    """A code of the second factor; a recovery code is longer."""

    code = forms.CharField(
        label="Code",
        max_length=MAX_CODE,
        widget=forms.TextInput(
            {"autofocus": True, "autocomplete": "one-time-code", "autocapitalize": "none"}
        ),
    )


class ProjectForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields = [
            "name",
            "description",
            "reviewers_can_approve",
            "reviewers_can_export",
            "without_face",
        ]
        labels = {
            "reviewers_can_approve": "Reviewers may approve and reject variants",
            "reviewers_can_export": "Reviewers may export variants",
            "without_face": "An image in which no face is found",
        }
        error_messages = {
            "name": {"unique": "There is a project of this name already. Choose another name."}
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["without_face"].required = False
        if not self.instance.pk:
            self.fields["name"].widget.attrs["autofocus"] = True

    def clean_without_face(self) -> str:
        """What is not said stays as it is."""
        return self.cleaned_data["without_face"] or self.instance.without_face


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="User name")
