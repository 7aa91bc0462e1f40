"""A whole project: all files read into one scene, then intents, conversations and flows made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.parts import FILE, as_part
from bascule.ir.project import Flow, Project, Variable
from bascule.ir.text import Localized
from bascule.language.names import template_slug
from bascule.language.placeholders import SyntaxChoice, syntax_names
from bascule.language.reading import Reading, json_text, unique
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.rasa.conversation import Conversation
from bascule.parsers.rasa.document import BlockDocument
from bascule.parsers.rasa.domain import DOMAIN_READERS
from bascule.parsers.rasa.files import FileKind, classify
from bascule.parsers.rasa.flows import read_flows
from bascule.parsers.rasa.intents import Filler, build_entities, build_intents
from bascule.parsers.rasa.located import At, keep_unknown, plain, refuse
from bascule.parsers.rasa.losses import MappingWithoutEffect
from bascule.parsers.rasa.model import MappingKind, Scene, Slot, SlotMapping
from bascule.parsers.rasa.nlu import Training, lose_features, note_example, read_nlu
from bascule.parsers.rasa.rules import (
    MoreDocuments,
    NoConversation,
    NoDomain,
    NothingOfRasa,
    OldTrainingData,
    UnknownSyntax,
)
from bascule.parsers.rasa.settings import Settings, read_channels, read_code, read_config
from bascule.parsers.rasa.steps import FlowSource
from bascule.parsers.rasa.stories import Step, StepKind, Story, count_tests, read_stories
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.yaml import YamlDocument

__all__ = ["read_project"]

_SECTIONS = ("nlu", "stories", "rules", "flows")
_TESTS = ("stories", "rules", "test_cases", "fixtures", "stub_custom_actions", "metadata")
_OTHER = ("version", "imports")
_KNOWN = (*DOMAIN_READERS, *_SECTIONS, *_TESTS, *_OTHER)
_ORDER = {FileKind.CONFIG: 0, FileKind.ENDPOINTS: 1, FileKind.CREDENTIALS: 2, FileKind.DOMAIN: 3, FileKind.DATA: 4}


@dataclass(slots=True)
class _Part:
    """One file on its way in."""

    path: str
    file: SourceFile
    kind: FileKind
    document: Document
    value: object = None


@dataclass(slots=True)
class _Project:
    """The project so far."""

    scene: Scene
    training: Training = field(default_factory=Training)
    settings: Settings = field(default_factory=Settings)
    stories: list[Story] = field(default_factory=list)
    names: dict[str, Place] = field(default_factory=dict)
    flows: dict[str, FlowSource] = field(default_factory=dict)
    facts: list[tuple[str, str]] = field(default_factory=list)
    sections: set[str] = field(default_factory=set)
    versions: dict[str, None] = field(default_factory=dict)


def read_project(files: Mapping[str, SourceFile], name: str, path: str, options: ParseOptions) -> Parsed:
    """Read the files of one project by their relative paths. ``name`` names the flow of stories and rules; ``path`` is
    where findings about the project as a whole stand when there is no file. Never raises on content."""
    parts = [_part(inner, file) for inner, file in files.items()]
    parts.sort(key=lambda part: (_ORDER.get(part.kind, 9), part.path))
    main = next((part for part in parts if part.kind in (FileKind.DOMAIN, FileKind.DATA)), parts[0] if parts else None)
    first = main.document if main is not None else TextDocument(path, "")
    project = _Project(Scene(Reading(first.path), options))
    reading = project.scene.reading
    _choose_syntax(project, options)
    for part in parts:
        _open(project, part)
    for part in parts:
        _sections(project, part, DOMAIN_READERS)
    for part in parts:
        _sections(project, part, ("nlu",))
    for part in parts:
        _sections(project, part, ("stories", "rules", "flows"))
    for part in parts:
        _leftovers(project, part)
    for part in parts:
        if part.kind is FileKind.CODE:
            read_code(project.scene, project.settings, part.file.path, part.file.text)
    made = _made(project, first, name)
    old = any(part.kind is FileKind.OLD for part in parts)
    broken = any(part.file.yaml is not None and not part.file.yaml.usable for part in parts)
    if not project.sections and not old and not broken:
        reading.find(
            NothingOfRasa,
            Place(first.path),
            "nothing of a Rasa project was found",
            help="name the folder that holds `domain.yml` and `data/`",
        )
    _settle(project)
    documents = [_covered(part.document, reading) for part in parts]
    shown = next((document for document in documents if document.path == first.path), first)
    others = tuple(document for document in documents if document is not shown)
    facts = (("format", "rasa"), ("files", str(len(parts))))
    findings = reading.finish()
    return Parsed(made, findings, reading.book.close(), shown, not project.sections, facts, others)


def _choose_syntax(project: _Project, options: ParseOptions) -> None:
    reading = project.scene.reading
    reading.syntax = SyntaxChoice("brace", (), "Rasa's own")
    if not options.placeholder:
        return
    if options.placeholder in syntax_names():
        reading.syntax = SyntaxChoice(options.placeholder, (), "asked for")
        return
    names = ", ".join(f"`{one}`" for one in syntax_names())
    what = f"there is no placeholder syntax `{options.placeholder[:40]}`"
    reading.find(UnknownSyntax, Place(reading.path), what, help=f"the syntaxes are {names}")


def _part(path: str, file: SourceFile) -> _Part:
    kind = classify(path, file)
    document: Document | None = None
    value: object = None
    if kind in (FileKind.CODE, FileKind.OLD) or file.is_zip or file.encoding == "binary" or file.suffix == ".json":
        text = "" if file.is_zip or file.encoding == "binary" else file.text
        document = TextDocument(file.path, text)
    else:
        yaml = file.yaml
        if yaml is None:
            document = TextDocument(file.path, "")
        else:
            document = BlockDocument(yaml)
            value = yaml.value
            if kind is FileKind.OTHER and isinstance(value, (dict, list)):
                kind = FileKind.DATA
    return _Part(path, file, kind, document, value)


def _open(project: _Project, part: _Part) -> None:
    """What is said about a file as such, and the files that are read at once."""
    reading = project.scene.reading
    place = Place(part.file.path)
    if part.kind is FileKind.OLD:
        reading.book.open("old training data", place)
        code = reading.find(
            OldTrainingData,
            place,
            "training data of Rasa 1 is not read",
            help="convert it with `rasa data convert` of Rasa 2.8",
        )
        reading.book.dropped(place, "training data of Rasa 1", "convert it with `rasa data convert`", code)
        return
    yaml = part.file.yaml if isinstance(part.document, BlockDocument) else None
    problems = [*part.file.encoding_problems, *(yaml.problems if yaml is not None else ())]
    reading.findings.extend(findings_of(problems, part.document))
    if yaml is not None and len(yaml.values) > 1:
        _more_documents(project, yaml, place)
    at = At(part.value, place)
    if part.kind is FileKind.CONFIG and isinstance(part.value, dict):
        read_config(project.scene, project.settings, at)
    elif part.kind in (FileKind.ENDPOINTS, FileKind.CREDENTIALS):
        read_channels(project.scene, project.settings, at, part.kind is FileKind.ENDPOINTS)


def _more_documents(project: _Project, yaml: YamlDocument, place: Place) -> None:
    reading = project.scene.reading
    reading.find(
        MoreDocuments,
        place,
        f"the file holds {len(yaml.values)} documents; only the first one is read",
        help="make a file of each",
    )


def _is_read(part: _Part) -> bool:
    return part.kind in (FileKind.DOMAIN, FileKind.DATA, FileKind.TEST)


def _sections(project: _Project, part: _Part, wanted: object) -> None:
    """Read the named sections of a file."""
    if not _is_read(part):
        return
    scene = project.scene
    at = At(part.value, Place(part.file.path))
    if isinstance(part.value, list):
        if isinstance(wanted, tuple) and "stories" in wanted:
            _bare_list(project, part, at)
        return
    names = set(wanted) if isinstance(wanted, (tuple, dict)) else set()
    for key, item in at.members():
        if key not in names:
            continue
        if part.kind is FileKind.TEST and key in _TESTS:
            count_tests(scene, item, "test story")
            continue
        project.sections.add(key)
        if key in DOMAIN_READERS:
            scene.domain.read = True
            DOMAIN_READERS[key](scene, item)
        elif key == "nlu":
            read_nlu(scene, project.training, item)
        elif key == "flows":
            read_flows(scene, item, project.flows)
        else:
            read_stories(scene, item, project.stories, project.names, key == "rules")


def _bare_list(project: _Project, part: _Part, at: At) -> None:
    """Stories without their section, as older files have them."""
    if part.kind is FileKind.TEST:
        count_tests(project.scene, at, "test story")
        return
    project.sections.add("stories")
    read_stories(project.scene, at, project.stories, project.names, False)


def _leftovers(project: _Project, part: _Part) -> None:
    """Top-level members that are no section."""
    if not _is_read(part):
        return
    reading = project.scene.reading
    if not isinstance(part.value, (dict, list)):
        if part.value is not None and not At(part.value, Place(part.file.path)).null:
            refuse(
                reading, At(part.value, Place(part.file.path)), "file", "sections such as `nlu`, `stories`, `responses`"
            )
        return
    for key, item in At(part.value, Place(part.file.path)).members():
        if key in ("test_cases", "fixtures", "stub_custom_actions") or (
            key == "metadata" and part.kind is FileKind.TEST
        ):
            count_tests(project.scene, item, "test case" if key == "test_cases" else "test member")
        elif key == "version":
            reading.book.open("version", item.place)
            reading.book.exact(item.place)
            if isinstance(item.value, str):
                project.versions.setdefault(str(item.value))
        elif key == "imports":
            reading.book.open("file member", item.place)
            reading.book.exact(item.place, "kept as a fact: all files of the project are read")
            project.facts.append((key, json_text(plain(item.value))))
        elif key not in DOMAIN_READERS and key not in _SECTIONS:
            project.facts.append(keep_unknown(reading, item, key, "file", _KNOWN, "file member"))


def _made(project: _Project, first: Document, name: str) -> Project:
    """The project out of everything that was read."""
    scene, training = project.scene, project.training
    options = scene.options
    for intent, action, place in scene.domain.triggers:
        steps = [Step(StepKind.INTENT, place, intent), Step(StepKind.ACTION, place, action)]
        project.stories.append(Story(f"{intent} triggers {action}", place, True, steps))
    _restart(project)
    words = _literal_messages(project)
    filler = Filler(scene)
    intents = build_intents(scene, training, filler)
    entities = build_entities(scene, training, project.settings.extractors)
    conversation = Conversation(scene, filler, project.settings.fallback, words)
    taken: dict[str, int] = {}
    place = Place(first.path)
    talked = bool(project.stories or project.flows or scene.domain.responses or scene.domain.forms)
    flows: list[Flow] = []
    if talked:
        if not scene.domain.read:
            scene.reading.find(
                NoDomain,
                place,
                "no domain is among the files: names cannot be checked, and what the bot says is not known",
                help="name the folder of the project",
            )
        known = {intent.id for intent in intents}
        slug = template_slug(name) if name.strip() else "assistant"
        flows = conversation.build(project.stories, project.flows, slug, place, known, taken)
        intents += conversation.intents
        if not scene.domain.read or not project.sections & {"stories", "rules", "flows"}:
            flows = [as_part(flow, FILE) for flow in flows]
    elif project.sections:
        scene.reading.find(
            NoConversation,
            place,
            "the files hold no conversation, only parts of one; intents and entities are carried over",
            help="name the folder of the project",
        )
    facts = [*project.settings.facts, *project.facts, *scene.facts]
    facts += lose_features(scene, training, {entity.id for entity in entities})
    if project.versions:
        facts.append(("version", json_text(list(project.versions))))
    locale = options.locale or scene.locale
    return Project(
        flows=tuple(flows),
        locale=locale,
        locales=tuple(dict.fromkeys(one for one in (locale, scene.locale, *project.settings.locales) if one)),
        variables=tuple(_variables(scene, {entity.id: entity.values for entity in entities})),
        intents=tuple(intents),
        entities=tuple(entities),
        facts=tuple(dict(facts).items()),
    )


def _restart(project: _Project) -> None:
    """The intent `restart` runs `action_restart` by itself; it matters where there are words for it."""
    said = project.scene.domain.responses.get("utter_restart")
    steps = [one for story in project.stories for step in story.steps for one in (step.either or (step,))]
    if said is None or any(step.name in ("restart", "action_restart") for step in steps):
        return
    rule = [Step(StepKind.INTENT, said.place, "restart"), Step(StepKind.ACTION, said.place, "action_restart")]
    if project.stories:
        project.stories.append(Story("restart", said.place, True, rule))


def _literal_messages(project: _Project) -> dict[str, str]:
    """Messages that stories give in words become intents with that one phrase."""
    words: dict[str, str] = {}
    taken = dict.fromkeys((*project.scene.domain.intents, *project.training.examples), 1)
    for story in project.stories:
        steps = [one for step in story.steps for one in (step.either or (step,))]
        for step in steps:
            if step.kind is StepKind.USER and step.name not in words:
                intent = unique(f"text_{template_slug(step.name)}", taken)
                words[step.name] = intent
                note_example(project.scene, project.training, intent, step.words, step.place.child("user"))
                project.training.places.setdefault(intent, step.place)
    return words


def _variables(scene: Scene, values: Mapping[str, tuple[object, ...]]) -> list[Variable]:
    """A variable per slot, with a sample where the project has a value; then what texts use besides."""
    from bascule.ir.project import EntityValue

    found: dict[str, Variable] = {}
    for slot in scene.domain.slots.values():
        if slot.name == "requested_slot" and slot.name not in scene.reading.variables:
            continue
        sample = _sample(slot)
        if not sample:
            names = [one.entity for one in slot.mappings if one.kind == MappingKind.ENTITY] + [slot.name]
            known = next((values[name] for name in names if values.get(name)), ())
            sample = known[0].value if known and isinstance(known[0], EntityValue) else ""
        found[slot.name] = Variable(
            slot.name,
            slot.variable_type,
            Localized.of(sample) if sample else Localized(),
            scope="session",
            at=slot.place,
        )
    for name, variable in scene.reading.variables.items():
        found.setdefault(name, variable)
    return list(found.values())


def _sample(slot: Slot) -> str:
    """A value that a slot is known to have."""
    for value in (slot.initial, *slot.values):
        if isinstance(value, bool) or value is None or value == "":
            continue
        if isinstance(value, (str, int, float)):
            return str(value)
    return ""


def _settle(project: _Project) -> None:
    """Decide what nobody decided: mappings of slots, and whatever nothing leads to."""
    scene = project.scene
    asked = {needed.slot for form in scene.domain.forms.values() for needed in form.needed}
    collected = _collected(project)
    for slot in scene.domain.slots.values():
        for one in slot.mappings:
            _mapping(scene, one, slot.name in asked, slot.name in collected)
        for rejection in slot.rejections:
            if scene.reading.book.is_open(rejection.place):
                code = _without_effect(scene, rejection.place)
                scene.reading.book.degraded(
                    rejection.place, "nothing asks for the slot", "check it where it is set", code
                )
    for form in scene.domain.forms.values():
        for needed in form.needed:
            for one in needed.mappings:
                _mapping(scene, one, True, False)
    scene.reading.book.drop_rest("nothing reads it", "take it out", MappingWithoutEffect.code)


def _collected(project: _Project) -> set[str]:
    found: set[str] = set()
    stack: list[object] = [flow.at.value for flow in project.flows.values()]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            name = value.get("collect")
            if isinstance(name, str):
                found.add(str(name))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


def _mapping(scene: Scene, one: SlotMapping, asked: bool, collected: bool) -> None:
    book = scene.reading.book
    if not book.is_open(one.place):
        return
    if one.kind == MappingKind.ENTITY:
        if one.conditions:
            book.emulated(one.place, "a parameter of the intents that hold it, also where its conditions do not hold")
        else:
            book.exact(one.place, "a parameter of the intents that hold it")
    elif one.kind in (MappingKind.INTENT, MappingKind.TRIGGER):
        book.emulated(one.place, "set where the intent is recognised")
    elif one.kind == MappingKind.TEXT and asked:
        book.exact(one.place, "the answer is kept")
    elif collected or (one.kind == MappingKind.TEXT and asked):
        book.emulated(one.place, "the answer to the question is kept")
    elif one.action:
        book.emulated(one.place, "a result of the action")
    else:
        code = _without_effect(scene, one.place)
        book.degraded(one.place, "nothing here fills the slot that way", "set it where its value is known", code)


def _without_effect(scene: Scene, place: Place) -> str:
    return scene.reading.find_once(
        MappingWithoutEffect,
        "mapping",
        place,
        lambda count: f"{count} slot mapping(s) are carried out by nothing here",
        help="set the variables where their values are known",
    )


def _covered(document: Document, reading: Reading) -> Document:
    """The document without its secrets."""
    secrets = [place for place in reading.secrets if place.file == document.path]
    return MaskedDocument(document, secrets) if secrets else document
