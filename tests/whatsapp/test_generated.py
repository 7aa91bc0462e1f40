"""Templates and messages made within the limits fit the schema and survive writing and reading."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.source import Place
from bascule.whatsapp.messages import (
    BodyValues,
    ButtonSubType,
    ButtonValues,
    CardAction,
    CarouselAction,
    CarouselCard,
    CarouselMessage,
    CtaUrl,
    CtaUrlAction,
    CtaUrlParameters,
    Document,
    HeaderType,
    HeaderValues,
    Image,
    ImageParameter,
    InteractiveHeader,
    LanguageChoice,
    ListAction,
    ListMessage,
    Location,
    LocationRequest,
    Message,
    PayloadParameter,
    Reply,
    ReplyButton,
    ReplyButtons,
    ReplyButtonsAction,
    Row,
    Section,
    TemplateMessage,
    Text,
    TextParameter,
    TextPart,
    VoiceCall,
    read_message,
)
from bascule.whatsapp.policy import load_policy
from bascule.whatsapp.schema import validate
from bascule.whatsapp.templates import (
    Body,
    BodyExample,
    Buttons,
    Card,
    Carousel,
    Category,
    CopyCodeButton,
    FlowAction,
    FlowButton,
    Footer,
    Header,
    HeaderExample,
    HeaderFormat,
    LimitedTimeOffer,
    Offer,
    OtpButton,
    OtpType,
    PhoneNumberButton,
    QuickReplyButton,
    SupportedApp,
    Template,
    UrlButton,
    read_template,
)

HERE = Place("x.json")
POLICY = load_policy()
ALPHABET = "aAéçñ 1.,!?عربينमस्तेПривет😀👍🏽{}*_\n"


def text(key: str, low: int = 1) -> st.SearchStrategy[str]:
    return st.text(alphabet=ALPHABET, min_size=low, max_size=min(POLICY.limit(key), 90))


def edge(key: str) -> st.SearchStrategy[str]:
    """Short texts, and one that is as long as it may be."""
    return text(key) | st.just("é" * POLICY.limit(key))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[Any], low: int, high: int) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=low, max_size=high).map(tuple)


NAMES = st.from_regex(r"[a-z0-9_]{1,20}", fullmatch=True)
CODES = st.sampled_from([code for code, language in POLICY.languages.items() if language.listed])
LABEL = edge("button.text.max_length")
HANDLE = st.just(HeaderExample(header_handle=("4::aW1hZ2U",)))
quick = st.builds(QuickReplyButton, LABEL)
url = st.builds(UrlButton, LABEL, st.just("https://example.com/{{1}}"), st.just(("x",)))
phone = st.builds(PhoneNumberButton, LABEL, st.just("+221338000000"))
copy = st.builds(CopyCodeButton, example=edge("button.copy_code.example.max_length"))
flow = st.builds(FlowButton, LABEL, flow_id=st.just("77"), flow_action=st.sampled_from(FlowAction))
body = st.builds(Body, edge("template.body.max_length"), example=maybe(st.just(BodyExample((("Awa",),)))))
footer = st.builds(Footer, edge("template.footer.max_length"))
header = st.one_of(
    st.builds(Header, st.just(HeaderFormat.TEXT), edge("template.header.max_length")),
    st.builds(Header, st.sampled_from([item for item in HeaderFormat if item.is_media]), example=HANDLE),
    st.just(Header(HeaderFormat.LOCATION)),
)


@st.composite
def plain(draw: Any) -> Template:
    parts = [draw(maybe(header)), draw(body), draw(maybe(footer))]
    replies = draw(several(quick, 0, 3))
    others = [draw(maybe(button)) for button in (url, phone, copy, flow)]
    buttons = (*replies, *(button for button in others if button is not None))
    if buttons:
        parts.append(Buttons(buttons))
    return Template(
        draw(NAMES),
        draw(CODES),
        draw(st.sampled_from([Category.MARKETING, Category.UTILITY])),
        components=tuple(part for part in parts if part is not None),
    )


@st.composite
def carousel(draw: Any) -> Template:
    card = st.builds(
        Card,
        st.tuples(
            st.builds(Header, st.sampled_from([HeaderFormat.IMAGE, HeaderFormat.VIDEO]), example=HANDLE),
            st.builds(Body, edge("template.carousel.card.body.max_length")),
            st.builds(Buttons, several(quick | url | phone, 1, POLICY.limit("template.carousel.card.max_buttons"))),
        ),
    )
    low, high = POLICY.limit("template.carousel.min_cards"), POLICY.limit("template.carousel.max_cards")
    components = (draw(body), Carousel(draw(several(card, low, high))))
    return Template(draw(NAMES), draw(CODES), Category.MARKETING, components=components)


@st.composite
def offer(draw: Any) -> Template:
    components = (
        Header(HeaderFormat.IMAGE, example=draw(HANDLE)),
        LimitedTimeOffer(Offer(draw(edge("template.limited_time_offer.text.max_length")), True)),
        Body(draw(edge("template.limited_time_offer.body.max_length"))),
        Buttons((draw(copy), draw(url))),
    )
    return Template(draw(NAMES), draw(CODES), Category.MARKETING, components=components)


@st.composite
def authentication(draw: Any) -> Template:
    kind = draw(st.sampled_from(OtpType))
    app = st.just(SupportedApp("com.example.app", "K8a/AINcGX7"))
    button = OtpButton(
        kind,
        text=draw(maybe(LABEL)),
        zero_tap_terms_accepted=True if kind is OtpType.ZERO_TAP else None,
        supported_apps=() if kind is OtpType.COPY_CODE else draw(several(app, 1, 5)),
    )
    minutes = draw(
        st.integers(
            POLICY.limit("authentication.code_expiration_minutes.min"),
            POLICY.limit("authentication.code_expiration_minutes.max"),
        )
    )
    components = (
        Body(add_security_recommendation=draw(maybe(st.booleans()))),
        Footer(code_expiration_minutes=minutes),
        Buttons((button,)),
    )
    seconds = draw(maybe(st.integers(30, 900) | st.just(-1)))
    return Template(
        draw(NAMES), draw(CODES), Category.AUTHENTICATION, message_send_ttl_seconds=seconds, components=components
    )


@settings(max_examples=120)
@given(st.one_of(plain(), carousel(), offer(), authentication()))
def test_templates_within_the_limits_fit_the_schema(made: Template) -> None:
    value = made.to_json()
    assert validate("template", value) == []
    again, findings = read_template(value, HERE)
    assert (again, findings) == (made, [])
    listed = {**value, "id": "1", "status": "APPROVED", "quality_score": {"score": "GREEN", "date": 1}}
    assert validate("template_list", {"data": [listed]}) == []


part = st.builds(TextPart, edge("interactive.body.max_length"))
foot = st.builds(TextPart, edge("interactive.footer.max_length"))
image = st.builds(
    Image, link=st.just("https://example.com/a.jpg"), caption=maybe(edge("message.image.caption.max_length"))
)
head = st.one_of(
    st.builds(InteractiveHeader, st.just(HeaderType.TEXT), edge("interactive.header.text.max_length")),
    st.builds(InteractiveHeader, st.just(HeaderType.IMAGE), image=image),
)
reply = st.builds(
    ReplyButton,
    st.builds(Reply, edge("interactive.button.id.max_length"), edge("interactive.button.title.max_length")),
)
row = st.builds(
    Row,
    edge("interactive.list.row.id.max_length"),
    edge("interactive.list.row.title.max_length"),
    maybe(edge("interactive.list.row.description.max_length")),
)
section = st.builds(Section, several(row, 1, 4), edge("interactive.list.section.title.max_length"))
link = st.builds(CtaUrlParameters, edge("interactive.cta_url.text.max_length"), st.just("https://example.com"))
card = st.builds(
    CarouselCard,
    st.integers(0, 9),
    st.builds(CardAction, st.just("cta_url"), link),
    header=st.just(InteractiveHeader(HeaderType.IMAGE, image=Image(link="https://example.com/a.jpg"))),
    body=maybe(st.builds(TextPart, edge("interactive.carousel.card.body.max_length"))),
)
value_text = st.builds(
    TextParameter, st.text(alphabet="aé1 नم😀", min_size=1, max_size=30), maybe(st.just("first_name"))
)
components = st.lists(
    st.one_of(
        st.just(HeaderValues((ImageParameter(Image(id="1")),))),
        st.builds(BodyValues, several(value_text, 0, 3)),
        st.builds(ButtonValues, st.just(ButtonSubType.URL), st.integers(0, 9), st.tuples(value_text)),
        st.builds(
            ButtonValues,
            st.just(ButtonSubType.QUICK_REPLY),
            st.integers(0, 9),
            st.tuples(st.builds(PayloadParameter, st.just("oui"))),
        ),
    ),
    max_size=4,
).map(tuple)
content = st.one_of(
    st.builds(Text, edge("message.text.body.max_length"), maybe(st.booleans())),
    image,
    st.builds(Document, id=st.just("1"), filename=maybe(st.just("a.pdf"))),
    st.builds(Location, st.floats(-90, 90), st.floats(-180, 180) | st.just("{{lon}}")),
    st.builds(ReplyButtons, part, st.builds(ReplyButtonsAction, several(reply, 1, 3)), maybe(head), maybe(foot)),
    st.builds(
        ListMessage,
        st.builds(TextPart, edge("interactive.list.body.max_length")),
        st.builds(ListAction, edge("interactive.list.button.max_length"), several(section, 1, 10)),
        footer=maybe(foot),
    ),
    st.builds(CtaUrl, part, st.builds(CtaUrlAction, link), maybe(head), maybe(foot)),
    st.builds(CarouselMessage, part, st.builds(CarouselAction, several(card, 2, 10))),
    st.builds(LocationRequest, part),
    st.builds(VoiceCall, part),
    st.builds(TemplateMessage, NAMES, st.builds(LanguageChoice, CODES), components),
)


@settings(max_examples=150)
@given(content, maybe(st.just("+221770000000")))
def test_messages_within_the_limits_fit_the_schema(made: Any, to: str | None) -> None:
    message = Message(made, to=to)
    value = message.to_json()
    assert validate("message", value) == []
    again, findings = read_message(value, HERE)
    assert (again, findings) == (message, [])
    assert json.dumps(again.to_json() if again else None) == json.dumps(value)
