"""Facts about files and names of templates: read, laid over each other, written into the graph."""

from __future__ import annotations

import json

import pytest

from bascule.ir.content import Content, Media, MediaKind, TemplateUse
from bascule.ir.expr import Ref
from bascule.ir.nodes import Message
from bascule.ir.project import Flow, Project, TemplateAsset
from bascule.ir.settings import FileFacts, ProjectSettings
from bascule.ir.text import Hole, Literal, Localized
from bascule.passes.given import with_given
from bascule.settings import ConfigFile, Loaded, load_settings


def loaded(**files: str) -> Loaded:
    return load_settings(ConfigFile("/p/a.toml", "a.toml"), lambda path: files[path[3:-5]], lambda path: path)


@pytest.mark.parametrize(
    ("size", "count"),
    [("240K", 245_760), ("240 kB", 245_760), ("1M", 1_048_576), ("2 MiB", 2_097_152), ("1500", 1500), ("7b", 7)],
)
def test_sizes_count_1024(size: str, count: int) -> None:
    run = loaded(a=f'[project.media]\n"a.jpg" = {{size = "{size}"}}\n')
    assert run.findings == []
    assert run.settings.project.media == {"a.jpg": FileFacts(size=count)}


def test_tables_are_laid_over_each_other_key_by_key() -> None:
    run = loaded(
        a='extends = "b.toml"\n[project.templates]\nx = "neu"\n[project.media]\n"2" = {handle = "4::"}\n',
        b='[project.templates]\nx = "alt"\ny = "z"\n[project.media]\n"1" = {url = "https://x.example/1.jpg"}\n',
    )
    assert run.findings == []
    assert run.settings.project.templates == {"x": "neu", "y": "z"}
    assert run.settings.project.media == {
        "1": FileFacts(url="https://x.example/1.jpg"),
        "2": FileFacts(handle="4::"),
    }


def media(**members: object) -> Media:
    return Media(MediaKind.IMAGE, **members)  # type: ignore[arg-type]


def given(*files: Media, settings: ProjectSettings, template: TemplateUse | None = None) -> Content:
    asset = TemplateAsset(name="Alt", language="fr", definition='{"name":"Alt","components":[]}')
    node = Message(id="a", content=Content(media=files, template=template))
    made = with_given(Project(flows=(Flow(id="f", nodes=(node,)),), templates=(asset,)), settings)
    assert json.loads(made.templates[0].definition)["name"] == made.templates[0].name
    (said,) = made.flows[0].nodes
    assert isinstance(said, Message)
    return said.content


def test_what_a_source_says_itself_stays() -> None:
    link = Localized.of((Literal("https://x.example/a.jpg"),))
    facts = {
        "https://x.example/a.jpg": FileFacts(url="https://y.example/b.jpg", size=5),
        "4711": FileFacts(url="https://y.example/c.jpg"),
        "img/d.jpg": FileFacts(url="https://y.example/d.jpg"),
    }
    settings = ProjectSettings(media=facts)
    sized, plain, asset, local = given(
        media(url=link, size=9),
        media(url=link),
        media(asset="4711"),
        media(url=Localized.of((Literal("img/d.jpg"),))),
        settings=settings,
    ).media
    assert (sized.size, sized.url) == (9, link)
    assert (plain.size, plain.url) == (5, link)
    assert asset.url.first == (Literal("https://y.example/c.jpg"),)
    assert local.url.first == (Literal("https://y.example/d.jpg"),)


def test_an_address_with_a_variable_is_nobodys_key() -> None:
    link = Localized.of((Literal("https://x.example/"), Hole(Ref(("n",)))))
    (kept,) = given(media(url=link), settings=ProjectSettings(media={"4711": FileFacts(size=5)})).media
    assert kept == media(url=link)


def test_templates_get_their_names_wherever_they_are_named() -> None:
    settings = ProjectSettings(templates={"Alt": "neu", "HX1": "rdv"})
    assert given(settings=settings, template=TemplateUse(name="Alt")).template == TemplateUse(name="neu")
    by_id = given(settings=settings, template=TemplateUse(provider_id="HX1")).template
    assert by_id == TemplateUse(name="rdv", provider_id="HX1")


def test_without_settings_the_project_is_the_same_object() -> None:
    project = Project(flows=(Flow(id="f", nodes=()),))
    assert with_given(project, ProjectSettings()) is project
