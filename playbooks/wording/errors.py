"""Why a verb of the crisis workflow was refused, and what to do: every code of `WrongStateError`."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # crises and their team
    "crisis-closed": _("This crisis is closed. A manager can reopen it."),
    "crisis-open": _("This crisis is open already."),
    "unclaimed": _("Claim the alert first, then open the crisis."),
    "alert-closed": _("The alert is closed. Open the crisis by hand instead."),
    "has-crisis": _("A crisis has already been opened for this alert."),
    "not-commander": _("Only the commander or the deputy takes over. Change the seat in the team first."),
    "reached": _("Somebody has already taken over."),
    "not-a-member": _("This person is no member of the workspace. An admin can invite them."),
    "duty-taken": _("Somebody else has this duty. Take the duty from that person first."),
    "deputy-is-self": _("Nobody can be their own deputy. Choose another person."),
    # collecting and assessing
    "source-missing": _("Say where a fact is from before it is settled."),
    "correction-missing": _("Say what is true instead before a fact is disproved."),
    "on-file": _("This post is on file already in this version."),
    "evidence-missing": _("Say what the verdict rests on."),
    "reached-over-total": _("More cannot be reached than there are. Correct one of the two numbers."),
    "reason-missing": _("Give a reason."),
    "red-needs-manager": _("Only a manager lowers a red level. Ask one to assess it."),
    # emergency measures and the holding statement
    "decided": _("This has been decided already."),
    "not-approved": _("This is not approved yet."),
    "done": _("This is done already."),
    "blank-left": _("A blank of the text is not filled in yet. Fill it in, then go on."),
    # plans and co-signatures
    "plan-open": _("A version of the plan is being worked on already."),
    "plan-approved": _("The plan is approved. Revise it to start the next version."),
    "not-draft": _("This version is no draft any more."),
    "edited-meanwhile": _("Somebody saved another text meanwhile. Yours is still here: compare, then save again."),
    "no-candidate": _("Write at least one candidate, then submit."),
    "no-recommendation": _("Recommend one of the candidates, then submit."),
    "no-statement": _("Write a statement for at least one channel, then submit."),
    "not-submitted": _("This is not waiting for a decision any more."),
    "author": _("Who wrote it does not decide on it. Ask another manager."),
    "candidate-unknown": _("Choose one of the candidates of this version."),
    "not-decided": _("This version is not decided yet."),
    "cosign-undated": _("Say until when the co-signatures are needed."),
    "answered": _("This co-signature has been given already."),
    "not-signer": _("Only the person asked or the deputy co-signs."),
    # statements, tasks, review
    "published": _("This is published already and stays as it is."),
    "part-of-plan": _("This statement belongs to a plan and is edited and decided with it."),
    "plan-not-approved": _("Its plan is not approved. Have the plan decided first."),
    "cancelled": _("This task is cancelled."),
    "not-done": _("This is not done yet."),
    "result-missing": _("Say what shows that it is done."),
    "closed": _("This is closed already."),
    "open": _("This is open already."),
    "drill": _("A drill's lesson stays in the drill. Choose a topic of the drill."),
    "checked": _("This look back has been noted already."),
}
UNKNOWN = _("That is not possible any more. Reload the page to see how it stands.")


def wrong_state_text(code: str) -> str:
    """The sentence of a code; one that is not known says that the page is behind."""
    return str(SENTENCES.get(code, UNKNOWN))
