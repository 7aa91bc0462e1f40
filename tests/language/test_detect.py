"""The language of message texts: told where it can be, left open where it cannot."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.language.detect import detect_language, guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour [nom], votre rendez-vous est à [heure].", "fr"),
        ("Votre commande {{status}} est prête.", "fr"),
        ("Your Account has been confirmed", "en"),
        ("Reply STOP to unsubscribe", "en"),
        ("Hola, su pedido está en camino", "es"),
        ("O seu código é {codigo}", "pt"),
        ("Sua consulta foi confirmada", "pt"),
        ("Gentile cliente, il suo ordine è pronto", "it"),
        ("Hallo {name}, Ihre Bestellung ist da", "de"),
        ("Hallo {naam}, je bestelling is onderweg", "nl"),
        ("مرحبا {name}، موعدك في {time}", "ar"),
        ("سلام، کد شما {code} است", "fa"),
        ("آپ کا کوڈ {code} ہے", "ur"),
        ("नमस्ते {name}, आपका ऑर्डर भेज दिया गया है", "hi"),
        ("Здравствуйте, {name}! Ваш заказ готов", "ru"),
        ("Вітаємо! Ваше замовлення готове", "uk"),
        ("שלום {name}, בחר אפשרות", "he"),
        ("ご注文の商品を発送しました", "ja"),
        ("您的验证码是 {code}", "zh"),
        ("안녕하세요", "ko"),
        ("Merhaba, siparişiniz kargoya verildi", "tr"),
        ("Dzień dobry, Twoje zamówienie jest w drodze", "pl"),
        ("Bună, comanda dvs. este pe drum", "ro"),
        ("Hej, din beställning är på väg", "sv"),
        ("Mã xác nhận của bạn là {code}", "vi"),
        ("Kode anda adalah {code}", "id"),
        ("Habari, agizo lako liko njiani, tafadhali jibu", "sw"),
        ("உங்கள் ஆர்டர் தயார்", "ta"),
        ("የእርስዎ ትዕዛዝ", "am"),
    ],
)
def test_short_messages_are_told(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text", ["", "   ", "12345", "OK", "{nom}", "Code : 1234", "xyzzy plugh", "https://exemple.fr/le/la/les", "🎉🎉"]
)
def test_what_says_nothing_is_left_open(text: str) -> None:
    assert detect_language(text) is None


def test_placeholders_and_links_do_not_vote() -> None:
    assert detect_language("{the_order_is_for_you} %with% https://the.and.of/your Votre commande est prête") == "fr"


def test_latin_names_in_a_text_of_another_script_do_not_decide() -> None:
    assert detect_language("EcoShop Premium Delivery Service: ваш заказ готов к выдаче") == "ru"


def test_one_repeated_word_is_no_proof() -> None:
    assert detect_language("la " * 500) is None


def test_the_reason_names_the_words() -> None:
    guess = guess_language("Bonjour, votre colis est arrivé")
    assert guess is not None
    assert "bonjour" in guess.reason


@given(st.text(max_size=300))
def test_any_text_gets_a_code_or_nothing(text: str) -> None:
    guess = guess_language(text)
    assert guess is None or (2 <= len(guess.language) <= 3 and guess.reason)


@pytest.mark.corpus
def test_real_template_files_are_told(corpus: Path) -> None:
    found = {
        path.name.split("__")[0]: detect_language(path.read_text("utf-8"))
        for path in (corpus / "sms-templates").glob("*")
    }
    assert Counter(found.values()) == {"en": 6, "es": 1, "hi": 1, "he": 1}
    assert (found["D3C0D1"], found["SamagraX-Stencil"], found["yairMoshkovitz"]) == ("es", "hi", "he")


@pytest.mark.corpus
def test_real_training_phrases_are_told_or_left_open(corpus: Path) -> None:
    verdicts: Counter[tuple[str, bool]] = Counter()
    for path in sorted((corpus / "dialogflow-es").rglob("*_usersays_*.json")):
        language = path.stem.rpartition("_")[2][:2]
        phrases = json.loads(path.read_text("utf-8"))
        text = "\n".join("".join(part.get("text", "") for part in phrase.get("data", [])) for phrase in phrases)
        found = detect_language(text) if len(text) > 150 else None
        if found is not None:
            verdicts[language, found == language] += 1
    assert verdicts["en", True] >= 5
    assert verdicts["ru", True] >= 3
    assert verdicts["pt", True] >= 3
    assert not any(count for (_, right), count in verdicts.items() if not right)
