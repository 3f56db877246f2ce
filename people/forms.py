"""Forms of people's pages."""

from django import forms

from people.models import Project


class ProjectForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields = ["name", "description", "reviewers_can_approve"]
        labels = {"reviewers_can_approve": "Reviewers may approve and reject variants"}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="User name")
