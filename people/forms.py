"""Forms of people's pages."""

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, UsernameField

from people.models import Project

MAX_USERNAME = 150  # characters; a longer one would not fit into the record of failures


class SignInForm(AuthenticationForm):
    username = UsernameField(max_length=MAX_USERNAME, widget=forms.TextInput({"autofocus": True}))


class AdminSignInForm(AdminAuthenticationForm):
    username = UsernameField(max_length=MAX_USERNAME, widget=forms.TextInput({"autofocus": True}))


class ProjectForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields = ["name", "description", "reviewers_can_approve", "reviewers_can_export"]
        labels = {
            "reviewers_can_approve": "Reviewers may approve and reject variants",
            "reviewers_can_export": "Reviewers may export variants",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="User name")
