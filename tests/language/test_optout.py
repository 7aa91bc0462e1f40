from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.language.optout import OPT_OUT_KEYWORDS, find_opt_out

FOUND = [
    ("Reply STOP to unsubscribe", "STOP", "Reply STOP to unsubscribe"),
    ("Sale today! Text STOP to opt out.", "STOP", "Text STOP to opt out"),
    ("Soldes -20%! STOP au 36180", "STOP", "STOP au 36180"),
    ("Promo (STOP 36180)", "STOP", "(STOP 36180)"),
    ("Stop SMS 36034", "Stop SMS", "Stop SMS 36034"),
    ("Txt STOP 2 end", "STOP", "Txt STOP 2 end"),
    ("STOP=end", "STOP", "STOP=end"),
    ("Merci. Pour vous désabonner, envoyez STOP au 36111.", "STOP", "Pour vous désabonner, envoyez STOP au 36111"),
    ("Répondez STOP pour ne plus recevoir de SMS", "STOP", "Répondez STOP pour ne plus recevoir de SMS"),
    ("Envoyez ARRET au 36111", "ARRET", "Envoyez ARRET au 36111"),
    ("Envie BAJA para dejar de recibir mensajes.", "BAJA", "Envie BAJA para dejar de recibir mensajes"),
    ("Para darse de baja responda BAJA", "BAJA", "Para darse de baja responda BAJA"),
    ("Responda SAIR para cancelar", "SAIR", "Responda SAIR para cancelar"),
    ("Ответьте СТОП, чтобы отписаться", "СТОП", "Ответьте СТОП, чтобы отписаться"),
    ("أرسل إلغاء لإلغاء الاشتراك", "إلغاء", "أرسل إلغاء لإلغاء الاشتراك"),
    ("لإلغاء الاشتراك أرسل إلغاء", "إلغاء", "لإلغاء الاشتراك أرسل إلغاء"),
    ("बंद करने के लिए STOP भेजें", "STOP", "बंद करने के लिए STOP भेजें"),
    ("להסרה השב הסר", "הסר", "להסרה השב הסר"),
    ("Antworten Sie mit STOPP, um sich abzumelden.", "STOPP", "Antworten Sie mit STOPP, um sich abzumelden"),
    ('Text "STOP" to 12345', "STOP", 'Text "STOP" to 12345'),
    ("reply stop to unsubscribe", "stop", "reply stop to unsubscribe"),
    ("Unsubscribe: STOP", "STOP", "Unsubscribe: STOP"),
    ("Reply HELP for help, STOP to quit.", "STOP", "STOP to quit"),
    ("Reply YES to book or STOP to opt out, HELP for help", "STOP", "STOP to opt out"),
    ("You may opt out by sending STOP to this number. Bye", "STOP", "You may opt out by sending STOP to this number"),
]

NOT_FOUND = [
    "Reply CANCEL to cancel your appointment",
    "Para cancelar o pedido responda CANCELAR",
    "أرسل إلغاء لإلغاء الموعد",
    "Our bus stop is near. Stop by our store!",
    "Non-stop fun",
    "STOP! Danger ahead",
    "Cliquez sur FIN",
    "Send END to end the chat",
    "The end of the sale is near",
    "Ne raccrochez pas, stop ou encore ?",
    "One-stop shop 12345",
    "",
]


@pytest.mark.parametrize(("text", "keyword", "piece"), FOUND, ids=[case[0] for case in FOUND])
def test_opt_out_wording_is_found_with_its_range(text: str, keyword: str, piece: str) -> None:
    found = find_opt_out(text)
    assert found is not None
    assert found.keyword == keyword
    assert text[found.start : found.end] == piece


@pytest.mark.parametrize("text", NOT_FOUND)
def test_ordinary_wording_is_left_alone(text: str) -> None:
    assert find_opt_out(text) is None


def test_keywords_are_in_lower_case_and_of_many_languages() -> None:
    assert {"stop", "baja", "sair", "стоп", "arret", "הסר", "रोकें", "إيقاف"} <= OPT_OUT_KEYWORDS
    assert all(word == word.lower() for word in OPT_OUT_KEYWORDS)


@given(st.lists(st.sampled_from(["STOP", "stop", "reply", "to", "unsubscribe", "au 36180", "إلغاء", "(", '"', ".", "envoyez"]) | st.text(max_size=4), max_size=14).map(" ".join))  # fmt: skip
def test_what_is_found_holds_its_keyword(text: str) -> None:
    found = find_opt_out(text)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert found.keyword in text[found.start : found.end]


def test_hostile_texts_are_searched_in_linear_time() -> None:
    for unit in ("STOP ", "stop to ", "unsubscribe ", "reply STOP ", '"STOP" '):
        find_opt_out(unit * (40_000 // len(unit)))
