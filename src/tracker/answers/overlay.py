"""A submission laid over a form: what somebody typed stands in the fields, the rest stays as it was filled."""

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from tracker.answers.checks import recorded_text
from tracker.answers.entries import ContributionEntry, FigureEntry, Orphan
from tracker.answers.form import Entry, Form, as_typed
from tracker.answers.submission import Answered, Contributed, GivenFigure, Submission
from tracker.case import Case
from tracker.progress import FIELDS, STATUS_WORDS, TEXTS, UpdateStatus
from tracker.store.tables import Contribution, Duty, Update
from tracker.store.updates import figures_of
from tracker.words import CONTROL, number_words


def lay_over(case: Case, form: Form, submission: Submission) -> None:
    """Put `submission` over what `form` was filled with; what the form no longer asks becomes `form.orphans`."""
    for entry in form.entries:
        if answered := submission.answers.get(entry.name):
            _lay_over_entry(case, entry, answered)
    for figure in form.figures:
        if given := submission.figures.get(figure.target.id):
            _lay_over_figure(figure, given)
    for contribution in form.contributions:
        if added := submission.contributions.get(contribution.activity.id):
            _lay_over_contribution(contribution, added)
    form.orphans = [*_orphaned_words(case, form, submission), *_orphaned_figures(case, form, submission)]
    if submission.signed_by is not None:
        form.signed_by = submission.signed_by


def unrecorded(form: Form) -> Form:
    """Return of `form` only what somebody typed that the record does not hold."""
    return replace(
        form,
        entries=[entry for entry in form.entries if _says_more(entry)],
        figures=[figure for figure in form.figures if _gives_more(figure)],
        contributions=[one for one in form.contributions if one.changed and not _is_last_word(one)],
    )


def _lay_over_entry(case: Case, entry: Entry, answered: Answered) -> None:
    based_on = entry.revision if answered.based_on is None else min(answered.based_on, entry.revision)
    filled = _filled_from(case, entry, based_on)
    values = {name: answered.values.get(name, filled[name]) for name in FIELDS}
    entry.unchanged, entry.nothing, entry.reason = answered.unchanged, answered.nothing, answered.reason
    entry.changed = any(recorded_text(values[name]) != recorded_text(filled[name]) for name in FIELDS)
    if answered.unchanged and based_on == 0 and not entry.changed:
        values = as_typed(entry.before)  # the tick alone sends what the period before said
    if entry.changed or entry.nothing or entry.unchanged:
        entry.values, entry.revision = values, based_on


def _filled_from(case: Case, entry: Entry, revision: int) -> dict[str, str]:
    """Return what the fields of `entry` were filled with by whoever saw `revision`."""
    if revision == entry.revision:
        return entry.values
    if revision == 0:
        return as_typed(None)
    of_duty = sa.select(Update).where(Update.duty_id == entry.duty.id, Update.revision == revision)
    return as_typed(case.session.scalar(of_duty))


def _lay_over_figure(figure: FigureEntry, given: GivenFigure) -> None:
    filled = figure.filled if given.based_on is None else given.based_on
    if given.value.strip() != filled:
        figure.value, figure.filled = given.value, filled
        figure.confirmed = given.confirmed == given.value.strip()


def _lay_over_contribution(entry: ContributionEntry, added: Contributed) -> None:
    based_on = min(added.based_on or 0, entry.revision)
    filled = entry.revisions[based_on - 1].text if based_on else ""
    if recorded_text(added.text) != recorded_text(filled):
        entry.text, entry.revision, entry.changed = added.text, based_on, True


def _orphaned_words(case: Case, form: Form, submission: Submission) -> list[Orphan]:
    """Return the words for entries that `form` does not have, save what is recorded."""
    led, shared = {entry.name for entry in form.entries}, {one.activity.id for one in form.contributions}
    words: dict[str, set[str]] = {}
    for name, answered in submission.answers.items():
        if name not in led:
            words[name] = {recorded_text(text) for text in (*_texts(answered.values), answered.reason)} - {""}
    for name, added in submission.contributions.items():
        if name not in shared:
            words.setdefault(name, set()).update({recorded_text(added.text)} - {""})
    words = {name: texts for name, texts in words.items() if texts}
    if not words:
        return []
    named = {name.partition("@")[0] for name in words if not CONTROL.search(name)}  # no database takes those
    about = Duty.activity_id.in_(named)
    updates = case.session.scalars(sa.select(Update).join(Duty, Duty.id == Update.duty_id).where(about))
    added_texts = sa.select(Contribution.text).join(Duty, Duty.id == Contribution.duty_id).where(about)
    recorded = {recorded_text(text) for update in updates for text in _texts(as_typed(update))}
    recorded |= set(case.session.scalars(added_texts))
    return [
        Orphan(name=name, label=_label(case, name), texts=sorted(texts - recorded))
        for name, texts in words.items()
        if texts - recorded
    ]


def _texts(values: Mapping[str, str]) -> list[str]:
    """Return what `values` say, each as people would read it."""
    status, percent = values.get("status", ""), values.get("percent", "").strip()
    texts = [values.get(name, "") for name in TEXTS]
    texts += [STATUS_WORDS[UpdateStatus(status)]] if status in set(UpdateStatus) else []
    return texts + ([f"{percent.removesuffix('%').strip()} %"] if percent else [])


def _label(case: Case, name: str) -> str:
    """Return what people call the entry `name` that is no more."""
    activity, _, agency = name.partition("@")
    agencies = case.plan.agencies
    return f"{activity} ({agencies[agency].short})" if agency in agencies else activity


def _orphaned_figures(case: Case, form: Form, submission: Submission) -> list[Orphan]:
    """Return the values for targets that `form` does not have, save what is recorded."""
    asked = {figure.target.id for figure in form.figures}
    given = {
        target: recorded_text(figure.value)
        for target, figure in submission.figures.items()
        if target not in asked and recorded_text(figure.value) not in {"", figure.based_on}
    }
    if not given:
        return []
    ours = [figure for figure in figures_of(case.session, case.period) if figure.agency_id == form.agency.id]
    recorded = {(figure.target_id, number_words(figure.value)) for figure in ours}
    titles = {target.id: target.title for target in case.plan.targets}
    return [
        Orphan(name=target, label=titles.get(target, target), texts=[value])
        for target, value in given.items()
        if (target, value) not in recorded
    ]


def _says_more(entry: Entry) -> bool:
    if entry.nothing or entry.reason.strip():
        return True
    values = {name: recorded_text(text) for name, text in entry.values.items()}
    return (entry.changed or entry.unchanged) and values != as_typed(entry.last)


def _is_last_word(entry: ContributionEntry) -> bool:
    return entry.last is not None and recorded_text(entry.text) == entry.last.text


def _gives_more(figure: FigureEntry) -> bool:
    value = figure.value.strip()
    return value != figure.filled and (figure.last is None or value != number_words(figure.last.value))
