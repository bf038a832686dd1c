"""Co-signatures: the signer or the deputy agrees, or objects with a comment."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playbooks.forms.plans import CosignAnswerForm
from playbooks.models import Cosign
from playbooks.operations.plans import answer_cosign
from playbooks.views.approvals import show_approval
from playbooks.views.plans import address_of, plan_of
from playbooks.views.room import is_fetch
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError


@require_POST
@needs(permission_for("cosign", "answer"))
def answer(request: WorkspaceRequest, cosign_id: int) -> HttpResponse:
    """Agree or object."""
    asked = Cosign.objects.select_related("plan__crisis__workspace")
    cosign = asked.filter(plan__crisis__workspace=request.workspace, pk=cosign_id).first()
    if cosign is None:
        raise Http404
    form = CosignAnswerForm(request.POST)
    if not form.is_valid():
        return _refuse(request, cosign, _("Choose whether you agree or object."), 422)
    given, comment = form.cleaned_data["answer"], form.cleaned_data["comment"]
    try:
        answer_cosign(cosign=cosign, answer=given, comment=comment, by=request.user, now=timezone.now())
    except WrongStateError as error:
        return _refuse(request, cosign, wrong_state_text(error.code), 409)
    messages.success(request, _("You agreed.") if given == "agree" else _("Your objection is noted."))
    return redirect(address_of(request, cosign.plan, "plan-approval") + "#cosigns")


def _refuse(request: WorkspaceRequest, cosign: Cosign, sentence: str, status: int) -> HttpResponse:
    if is_fetch(request):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    plan = plan_of(request, cosign.plan_id)
    return show_approval(request, plan, problem=sentence, typed=request.POST.dict(), status=status)
