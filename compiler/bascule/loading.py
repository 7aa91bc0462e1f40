"""Reading inputs into a workspace: files one by one, folders and archives with their projects first."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bascule.covering import covered
from bascule.diagnostics import Finding, registry
from bascule.diagnostics.parse_rules import (
    FileTooLarge,
    FormatUnknown,
    FormatUnsure,
    NothingToRead,
    ParserFailed,
    PluginFailed,
    findings_of,
)
from bascule.ir.settings import ProjectSettings
from bascule.parsers import (
    POSSIBLE,
    Claim,
    Match,
    Parsed,
    ParseOptions,
    all_formats,
    broken_plugins,
    find_projects,
    load_parser,
    load_project_parser,
    sniff,
)
from bascule.parsers.base import only_near_miss
from bascule.source import DEFAULT_MAX_BYTES, Document, Place, Problem, SourceFile, TextDocument, Tree
from bascule.source.archive import is_archive, read_archive

__all__ = ["InputFile", "InputTree", "LoadedFile", "Workspace", "load"]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read. ``label`` is its stable name in outputs (relative to what the user named);
    ``explicit`` files must be readable, files found by walking a folder are skipped when unknown."""

    file: SourceFile
    label: str
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class InputTree:
    """A folder to read. ``labels`` are the stable names of its files by relative path; ``label`` is its own.
    ``format`` is set where all files are known to be one project's parts."""

    tree: Tree
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Files that were not even opened, by display path, with the reason."""

    format: str | None = None


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """One input with what became of it. ``format`` is None for a file that was skipped; ``members`` are the files
    of a project (display path, label), whose ``path`` is its folder or archive."""

    path: str
    label: str
    format: str | None
    reason: str
    parsed: Parsed | None
    members: tuple[tuple[str, str], ...] = ()


@dataclass
class Workspace:
    """Everything read so far. ``unreadable`` means exit code 2."""

    files: list[LoadedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    inputs: dict[str, bytes] = field(default_factory=dict)
    unreadable: bool = False
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    """Facts about the company that no file holds; the passes use them."""

    @property
    def labels(self) -> dict[str, str]:
        """Display path to stable label."""
        return {path: label for file in self.files for path, label in ((file.path, file.label), *file.members)}


def _choose(item: InputFile, wanted: str | None) -> tuple[str | None, Match | None, list[tuple[str, Match]]]:
    if wanted is not None:
        return wanted, Match(100, f"`--from {wanted}`"), []
    best, answers = sniff(item.file)
    if best is None and item.explicit:
        best = only_near_miss(answers)
    return (best[0], best[1], answers) if best else (None, None, answers)


@dataclass(frozen=True, slots=True)
class _Load:
    workspace: Workspace
    options: ParseOptions
    wanted: str | None
    max_bytes: int


def load(
    inputs: Sequence[InputFile | InputTree],
    options: ParseOptions | None = None,
    *,
    from_format: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Workspace:
    """Read each input on its own: a bad one leaves findings and the others go on.

    Folders and zip archives are searched for projects first (formats made of several files); what no project
    claims is read file by file. Raises KeyError when ``from_format`` names no format.
    """
    if from_format is not None and from_format not in {info.name for info in all_formats()}:
        raise KeyError(from_format)
    run = _Load(Workspace(), options or ParseOptions(), from_format, max_bytes)
    workspace = run.workspace
    for plugin in broken_plugins() if inputs else ():
        path = _path(inputs[0])
        message = f"the installed plugin `{plugin.name}` cannot be used: {plugin.reason[:200]}"
        workspace.findings.append(PluginFailed.at(Place(path), message, help="update or remove its package"))
        workspace.documents.setdefault(path, TextDocument(path, ""))
    for item in _joined(inputs, from_format):
        if isinstance(item, InputTree):
            _load_tree(run, item)
        elif item.file.is_zip and is_archive(item.file):
            _load_archive(run, item)
        else:
            _load_file(run, item)
    if not any(file.parsed for file in workspace.files) and not workspace.unreadable:
        workspace.findings.append(_nothing(_path(inputs[0]) if inputs else "."))
        workspace.unreadable = True
    return workspace


def _path(item: InputFile | InputTree) -> str:
    return item.tree.path if isinstance(item, InputTree) else item.file.path


def _nothing(path: str) -> Finding:
    return NothingToRead.at(
        Place(path),
        "no scenario was found",
        help="name a file, or the folder that holds the exports; `bascule formats` lists what is read",
    )


def _joined(inputs: Sequence[InputFile | InputTree], wanted: str | None) -> list[InputFile | InputTree]:
    """Named files that are parts of one project (a domain and its stories) as one tree, the rest as it was."""
    groups: dict[str, list[InputFile]] = {}
    for item in inputs:
        if isinstance(item, InputFile) and item.explicit and not item.file.is_zip:
            name = wanted or _quick_format(item.file)
            if name is not None and _has_projects(name):
                groups.setdefault(name, []).append(item)
    trees: dict[int, InputTree] = {}
    gone: set[int] = set()
    for name, group in groups.items():
        paths = [item.file.path for item in group]
        if len(group) < 2 or len(set(paths)) < len(paths):
            continue
        root = _common_folder(paths)
        inner = {path[len(root) :].lstrip("/"): item for path, item in zip(paths, group, strict=True)}
        tree = Tree(root or ".", {path: item.file for path, item in inner.items()})
        labels = {path: item.label for path, item in inner.items()}
        trees[id(group[0])] = InputTree(tree, root.rsplit("/", 1)[-1] or ".", labels, format=name)
        gone.update(id(item) for item in group)
    return [trees.get(id(item), item) for item in inputs if id(item) in trees or id(item) not in gone]


def _quick_format(file: SourceFile) -> str | None:
    best, _ = sniff(file)
    return best[0] if best else None


def _has_projects(name: str) -> bool:
    info = next(info for info in all_formats() if info.name == name)
    return load_project_parser(info) is not None


def _takes_all(name: str) -> bool:
    """Whether files of the format that no project claims are one project all the same."""
    info = next(info for info in all_formats() if info.name == name)
    return not info.alone and _has_projects(name)


def _common_folder(paths: Sequence[str]) -> str:
    folders = [path.split("/")[:-1] for path in paths]
    common: list[str] = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return "/".join(common)


def _load_archive(run: _Load, item: InputFile) -> None:
    tree, problems = read_archive(item.file, run.max_bytes)
    document = TextDocument(item.file.path, "")
    run.workspace.documents.setdefault(item.file.path, document)
    run.workspace.inputs[item.file.path] = item.file.data
    findings = findings_of(problems, document)
    run.workspace.findings.extend(findings)
    if any(registry()[finding.code].unreadable for finding in findings):
        run.workspace.unreadable = True
        run.workspace.files.append(LoadedFile(item.file.path, item.label, None, findings[0].message, None))
        return
    labels = {name: f"{item.label}!/{name}" for name in tree.files}
    before = sum(1 for file in run.workspace.files if file.parsed)
    _load_tree(run, InputTree(tree, item.label, labels), outer=False)
    if item.explicit and before == sum(1 for file in run.workspace.files if file.parsed):
        run.workspace.findings.append(_nothing(item.file.path))
        run.workspace.unreadable = True


def _load_tree(run: _Load, item: InputTree, outer: bool = True) -> None:
    claimed: set[str] = set()
    for name, claim in _projects(run, item):
        claimed.update(claim.files)
        try:
            _load_project(run, item, name, claim)
        except Exception as error:  # a defect of ours: this project fails, the others go on
            path = item.tree.within(claim.root).path
            run.workspace.findings.append(_our_fault(path, error))
            run.workspace.files.append(LoadedFile(path, item.label, None, "failed", None))
            run.workspace.documents.setdefault(path, TextDocument(path, ""))
            run.workspace.unreadable = True
    for name, file in item.tree.files.items():
        if name not in claimed:
            inner = InputFile(file, item.labels.get(name, name), explicit=False)
            if outer and file.is_zip and is_archive(file):
                _load_archive(run, inner)
            else:
                _load_file(run, inner)
    for path, reason in item.skipped.items():
        run.workspace.files.append(LoadedFile(path, item.labels.get(path, path), None, reason, None))


def _projects(run: _Load, item: InputTree) -> list[tuple[str, Claim]]:
    """The projects of a tree. A format named by the user takes the whole tree where it finds none of its own."""
    fitting = Tree(
        item.tree.path, {name: file for name, file in item.tree.files.items() if len(file.data) <= run.max_bytes}
    )
    wanted = item.format or run.wanted
    try:
        found = find_projects(fitting, wanted)
    except Exception as error:  # a defect of ours: the files are read one by one
        run.workspace.findings.append(_our_fault(item.tree.path, error))
        run.workspace.documents.setdefault(item.tree.path, TextDocument(item.tree.path, ""))
        run.workspace.unreadable = True
        return []
    if not found and wanted is not None and _takes_all(wanted) and fitting.files:
        reason = f"`--from {wanted}`" if run.wanted else f"its files are all of {wanted}"
        return [(wanted, Claim("", tuple(fitting.files), Match(100, reason)))]
    return found


def _load_project(run: _Load, item: InputTree, name: str, claim: Claim) -> None:
    workspace = run.workspace
    tree = item.tree.only(claim.files).within(claim.root)
    info = next(info for info in all_formats() if info.name == name)
    parser = load_project_parser(info)
    assert parser is not None, name
    parsed = covered(tree.files, lambda files: parser.parse_project(Tree(tree.path, files), run.options))
    members = []
    prefix = f"{claim.root}/" if claim.root else ""
    for inner, file in tree.files.items():
        outer = prefix + inner
        members.append((file.path, item.labels.get(outer, outer)))
        workspace.inputs[file.path] = file.data
        workspace.documents.setdefault(file.path, TextDocument(file.path, ""))
    for document in (*parsed.documents, parsed.document):
        workspace.documents[document.path] = document
    workspace.documents.setdefault(tree.path, TextDocument(tree.path, ""))
    label = f"{item.label}/{claim.root}" if claim.root else item.label
    _keep(workspace, LoadedFile(tree.path, label, name, claim.match.reason, parsed, tuple(members)), claim.match)


def _load_file(run: _Load, item: InputFile) -> None:
    file, workspace = item.file, run.workspace
    workspace.inputs[file.path] = file.data
    if len(file.data) > run.max_bytes:
        size = len(file.data) / (1024 * 1024)
        workspace.findings.append(
            FileTooLarge.at(
                Place(file.path),
                f"the file has {size:.1f} MiB, the limit is {run.max_bytes / (1024 * 1024):.0f} MiB",
                help="if this is a scenario export, raise the limit with `--max-size`",
            )
        )
        workspace.files.append(LoadedFile(file.path, item.label, None, "too large", None))
        workspace.unreadable = True
        return
    try:
        _load_one(workspace, item, run.options, run.wanted)
    except Exception as error:  # a defect of ours: this file fails, the others go on
        workspace.findings.append(_our_fault(file.path, error))
        workspace.files.append(LoadedFile(file.path, item.label, None, "failed", None))
        workspace.unreadable = True


def _our_fault(path: str, error: Exception) -> Finding:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name} ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else "?"
    return ParserFailed.at(
        Place(path),
        f"bascule failed on this file: {type(error).__name__} in {where}",
        help="please report this file as a defect of bascule",
    )


def _load_one(workspace: Workspace, item: InputFile, options: ParseOptions, wanted: str | None) -> None:
    file = item.file
    name, match, answers = _choose(item, wanted)
    if wanted is None and _is_test(item, name, match):
        name, match, answers = None, None, []
    if name is None or match is None:
        reasons = [f"not {known}: {answer.reason}" for known, answer in answers]
        if item.explicit:
            text = "" if file.is_zip or file.encoding == "binary" else file.text
            document = TextDocument(file.path, text)
            workspace.documents[file.path] = document
            defects = [] if file.is_zip else list(file.encoding_problems)
            if file.json is not None:
                defects.extend(file.json.problems)
            elif text.lstrip()[:1] in ("{", "["):
                from bascule.source.json import read_json

                defects.extend(read_json(file.path, text).problems)
            workspace.findings.extend(findings_of(defects, document))
            workspace.findings.append(_unknown(file, reasons, defects))
            workspace.unreadable = True
        reason = "; ".join(reasons) or "no format recognises it"
        workspace.files.append(LoadedFile(file.path, item.label, None, reason, None))
        return
    info = next(info for info in all_formats() if info.name == name)
    parsed = covered({"": file}, lambda files: load_parser(info).parse(files[""], options))
    workspace.documents[file.path] = parsed.document
    problems = [] if file.is_zip else list(file.encoding_problems)
    workspace.findings.extend(findings_of(problems, TextDocument(file.path, file.text if problems else "")))
    _keep(workspace, LoadedFile(file.path, item.label, name, match.reason, parsed), match)


def _is_test(item: InputFile, name: str | None, match: Match | None) -> bool:
    """Whether the file is a suite of conversations (docs/testing.md) that no format but plain texts claims for sure."""
    file = item.file
    if file.is_zip or file.encoding == "binary":
        return False
    if name == "sms":
        return file.path.lower().endswith(".convo.txt") or "bascule-test" in file.text[:4000]
    if not item.explicit or (match is not None and match.confidence >= POSSIBLE):
        return False
    from bascule.suites.read import suite_format

    return suite_format(file) is not None


def _unknown(file: SourceFile, reasons: Sequence[str], defects: Sequence[Problem]) -> Finding:
    """The finding of a file that no format recognises: what can be done depends on what is wrong with it."""
    message, help = "no format recognises this file", "name its format with `--from`; `bascule formats` lists them"
    if not file.data.strip():
        message, help, reasons = "the file is empty", "export it again, or leave it out", ()
    elif _is_test(InputFile(file, ""), None, None):
        message, help = "this is a test suite, not a scenario", "give it with `bascule test SOURCE --suite FILE`"
    elif defects:
        help = "mend what else is reported of it, or export it again; `--from` names its format"
    elif file.path == "stdin":
        help = "name its format with `--from`, or the file with its ending: `--stdin-filename sms.csv`"
    return FormatUnknown.at(Place(file.path), message, notes=reasons, help=help)


def _keep(workspace: Workspace, loaded: LoadedFile, match: Match) -> None:
    """Put a file or project that was read into the workspace, with what its parser found."""
    parsed = loaded.parsed
    assert parsed is not None
    for document in parsed.documents:
        workspace.documents[document.path] = document
    if match.confidence < POSSIBLE:
        workspace.findings.append(
            FormatUnsure.at(
                Place(loaded.path),
                f"read as {loaded.format}, though it may be something else: {match.reason}",
                help=f"say so with `--from {loaded.format}`, or leave the file out",
            )
        )
    workspace.findings.extend(parsed.findings)
    codes = registry()
    broken = any(codes[finding.code].unreadable for finding in parsed.findings if finding.code in codes)
    workspace.unreadable = workspace.unreadable or parsed.unreadable or broken
    workspace.files.append(loaded)
