"""Secrets that a reader did not cover: found in the text of its files, and covered before the files are read again.

Readers know where their formats keep credentials and say so precisely. A key in the middle of a message, or in a member
that nobody knows, would go through them into the graph, the findings and the diagrams. What has the shape of a secret
therefore goes through no reader: where one shows it, the files are read again with the secret covered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bascule.diagnostics import Finding, locate
from bascule.language.secrets import Secret, SecretInSource, mask, secrets_of_source
from bascule.parsers import Parsed
from bascule.source import Place, SourceFile, Span, TextDocument

__all__ = ["covered"]

_TOLD = 5
"""Secrets of one file that are reported one by one."""

_HELP = "replace it at its owner, and let the new platform add its own from its secret store"


def covered(files: Mapping[str, SourceFile], read: Callable[[Mapping[str, SourceFile]], Parsed]) -> Parsed:
    """``read(files)``, in which no text with the shape of a secret is left. Each one is reported (``PAR405``)."""
    found = {name: secrets_of_source(file.text) for name, file in files.items() if _is_text(file)}
    found = {name: secrets for name, secrets in found.items() if secrets}
    parsed = read(files)
    if not found:
        return parsed
    values = {files[name].text[one.start : one.end] for name, secrets in found.items() for one in secrets}
    if not any(value in text for text in _shown(parsed) for value in values):
        return parsed
    again = read({name: _masked(file, found[name]) if name in found else file for name, file in files.items()})
    documents = {document.path: document for document in (parsed.document, *parsed.documents)}
    told = [
        locate(finding, documents)
        for finding in parsed.findings
        if finding.code == SecretInSource.code and not any(value in repr(finding) for value in values)
    ]
    kept = [finding for finding in again.findings if finding.code != SecretInSource.code]
    new = [finding for name, secrets in found.items() for finding in _report(files[name], secrets, told)]
    return replace(again, findings=(*kept, *told, *new))


def _is_text(file: SourceFile) -> bool:
    return not file.is_zip and file.encoding != "binary"


def _shown(parsed: Parsed) -> list[str]:
    """All that outputs are made of."""
    documents = [document.text for document in (parsed.document, *parsed.documents)]
    return [*documents, repr(parsed.project), repr(parsed.findings), repr(parsed.facts), repr(list(parsed.ledger))]


def _masked(file: SourceFile, secrets: Sequence[Secret]) -> SourceFile:
    """The file with its secrets covered, character for character; what its encoding was stays known."""
    text = mask(file.text, secrets)
    copy = SourceFile.of_text(text, file.path)
    copy.__dict__["_decoded"] = (text, file.encoding, list(file.encoding_problems))
    return copy


def _report(file: SourceFile, secrets: Sequence[Secret], told: Sequence[Finding]) -> list[Finding]:
    known = [one.span for one in told if one.span is not None and one.place.file == file.path]
    open_ = [one for one in secrets if not any(one.start < span.end and span.start < one.end for span in known)]
    document = TextDocument(file.path, file.text)
    findings = [_finding(document, one, f"{one.what} stands in plain text") for one in open_[:_TOLD]]
    if len(open_) > _TOLD:
        more = f"{len(open_) - _TOLD} more passwords, tokens or keys stand in the file in plain text"
        findings.append(_finding(document, open_[_TOLD], more))
    return findings


def _finding(document: TextDocument, secret: Secret, message: str) -> Finding:
    span = Span(
        document.path, secret.start, secret.end, *document.line_column(secret.start), *document.line_column(secret.end)
    )
    found = SecretInSource.at(Place(document.path), message, help=_HELP, data={"sensitive": True})
    return replace(found, span=span)
