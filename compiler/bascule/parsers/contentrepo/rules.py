"""``PAR750``-``PAR776``: sheets of ContentRepo, what in them cannot be read as meant, and channels that disagree."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BrokenList",
    "ChannelMissing",
    "DuplicatePage",
    "EmptyPage",
    "ExamplesDiffer",
    "GuessedEntry",
    "IdleButton",
    "LinksDiffer",
    "LooseLocale",
    "MenuInText",
    "MissingPage",
    "MissingParent",
    "MissingSlug",
    "NoMessages",
    "NoPages",
    "NumbersDiffer",
    "OptionsDiffer",
    "OrphanRow",
    "PlaceholdersDiffer",
    "SmsLong",
    "TranslationDiffers",
    "TranslationTagMissing",
    "UnknownButton",
    "UnknownCategory",
    "UnknownLocale",
    "UnknownSyntax",
    "UnreadVariation",
]


class NoPages(Rule):
    """No page in the sheet

    What it does: reports a file that was to be read as ContentRepo pages and holds no page at all.
    Why: an empty result would look like a clean one.
    Example: a table with other columns named on the command line with `--from contentrepo`
    Use instead: export the content pages (CSV or XLSX).
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR750"
    name = "contentrepo-no-pages"
    unreadable = True


class UnknownLocale(Rule):
    """A locale that is not known

    What it does: reports a `locale` or `language_code` that names no language. Its pages are read without one.
    Why: ContentRepo refuses the file, and a template needs a language.
    Example: `NotEnglish`
    Use instead: the language's name in `locale`, or its code in `language_code`.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR751"
    name = "contentrepo-unknown-locale"
    severity = Severity.WARNING


class LooseLocale(Rule):
    """A language code in an unusual spelling

    What it does: says that `language_code` holds a name or capitals where ContentRepo has a small code. It is read.
    Why: ContentRepo's own importer refuses it.
    Example: `EN`, `English`
    Use instead: `en`
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR752"
    name = "contentrepo-loose-locale"
    severity = Severity.INFO


class MissingSlug(Rule):
    """A page without a slug

    What it does: reports a page whose `slug` is empty. Its name is made from its title.
    Why: buttons and related pages find a page by its slug; nothing can lead to this one.
    Example: a row with a `web_title` and an empty `slug`
    Use instead: a slug, unique in its language.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR753"
    name = "contentrepo-missing-slug"
    severity = Severity.WARNING


class DuplicatePage(Rule):
    """Two pages of one slug and language

    What it does: reports a second page with the slug and language of an earlier one. Both are kept; ways to the slug
    lead to the first.
    Why: ContentRepo keeps only one of them.
    Example: two rows `main-menu` in `en`, both with a `web_title`
    Use instead: another slug for one of them.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR754"
    name = "contentrepo-duplicate-page"
    severity = Severity.WARNING


class OrphanRow(Rule):
    """A message or variation without its page

    What it does: reports a row whose slug names no page of the file. Where its `page_id` is that of a page above, it is
    read as part of that page; else it is left out.
    Why: ContentRepo refuses the file.
    Example: a variation row with the slug `not-my-page`
    Use instead: the slug of the page it belongs to.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR755"
    name = "contentrepo-orphan-row"


class BrokenList(Rule):
    """Buttons or list items that are not JSON

    What it does: reports a `buttons` or `list_items` cell that is no JSON list of objects. What looks like titles is
    read as such; else the cell is kept as a fact.
    Why: ContentRepo refuses the file, and the buttons are missing.
    Example: `Broken Button`; `[“item 1”, “item 2”]` with curly quotes
    Use instead: `[{"type": "next_message", "title": "OK"}]`
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR756"
    name = "contentrepo-broken-list"


class UnknownButton(Rule):
    """A kind of button that does not exist

    What it does: reports a button or list item whose `type` is none of `next_message`, `go_to_page` and `go_to_form`.
    It is kept, and leads nowhere.
    Why: ContentRepo refuses the file.
    Example: `{"type": "new_type", "title": "Suite"}`
    Use instead: one of the three types.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR757"
    name = "contentrepo-unknown-button"


class MissingPage(Rule):
    """A page, form or related page that is not in the file

    What it does: reports a `go_to_page` whose slug names nothing in the file in its language, or none at all, and
    related pages that are not there. The branch leads out of the files that were read.
    Why: whoever taps the button hears nothing, unless the page is in another file.
    Example: `{"type": "go_to_page", "title": "Plus", "slug": "page-effacee"}`
    Use instead: the slug of a page; or add the file that holds it.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR758"
    name = "contentrepo-missing-page"
    severity = Severity.WARNING


class MissingParent(Rule):
    """A parent that is not in the file

    What it does: counts the pages whose `parent` is the title of no page of their language. Nothing else depends on it.
    Why: ContentRepo looks parents up by their title and refuses the page.
    Example: `parent` = `Menu principal` where no page has that `web_title`
    Use instead: the title of the parent, exactly as its row writes it.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR759"
    name = "contentrepo-missing-parent"
    severity = Severity.INFO


class TranslationTagMissing(Rule):
    """A translation without its tag

    What it does: reports a page that was taken for a translation because it has the slug of a page in another language,
    though its `translation_tag` is empty.
    Why: ContentRepo needs the tag of every page outside the default language.
    Example: `locale-import` in English with a tag, and in Portuguese without
    Use instead: the tag of the page it translates.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR760"
    name = "contentrepo-translation-tag-missing"
    severity = Severity.WARNING


class TranslationDiffers(Rule):
    """Two languages of a page do not match

    What it does: reports translations of one page with different numbers of messages, other buttons or other
    variations. They become flows of their own, one for each language.
    Why: people would get another conversation in another language.
    Example: three buttons in English and two in Portuguese
    Use instead: the same messages and buttons in every language.
    Sources: bascule's own rule.
    """

    code = "PAR761"
    name = "contentrepo-translation-differs"
    severity = Severity.WARNING


class EmptyPage(Rule):
    """A page that says nothing

    What it does: counts the pages without a text for any channel, and names those that buttons lead to. They have no
    flow; the rest of their rows is kept as facts.
    Why: whoever is led there hears nothing.
    Example: a page with a title and an empty `whatsapp_body`
    Use instead: write its message, or lead elsewhere.
    Sources: bascule's own rule.
    """

    code = "PAR762"
    name = "contentrepo-empty-page"
    severity = Severity.INFO


class UnreadVariation(Rule):
    """A restriction of a variation that cannot be read

    What it does: reports a `variation_title` that is not `field: value` pairs parted by commas. The variation is kept,
    guarded by a condition that the sending program has to decide.
    Why: nobody can tell who is meant by it.
    Example: `for men only`
    Use instead: `gender: male, age: 18-30`
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR763"
    name = "contentrepo-unread-variation"
    severity = Severity.WARNING


class UnknownCategory(Rule):
    """A template category that does not exist

    What it does: reports a `whatsapp_template_category` that is none of UTILITY, MARKETING and AUTHENTICATION.
    Why: WhatsApp refuses the template.
    Example: `bad`
    Use instead: one of the three.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """

    code = "PAR764"
    name = "contentrepo-unknown-category"
    severity = Severity.WARNING


class ExamplesDiffer(Rule):
    """Example values and placeholders differ

    What it does: reports a message with more or fewer `example_values` than numbered placeholders.
    Why: WhatsApp refuses a template whose examples do not match.
    Example: `Bonjour {{1}}, le {{2}}` with `Awa`
    Use instead: one example for each placeholder, parted by commas.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "PAR765"
    name = "contentrepo-examples-differ"
    severity = Severity.WARNING


class IdleButton(Rule):
    """Buttons with nothing behind them

    What it does: counts the `next_message` buttons of messages that no message follows, and the quick replies that are
    no trigger of any page. Their branches end.
    Why: whoever taps one hears nothing.
    Example: `next_message` on the last message of a page
    Use instead: `go_to_page`, another message below, or a page with the quick reply among its triggers.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR766"
    name = "contentrepo-idle-button"
    severity = Severity.INFO


class GuessedEntry(Rule):
    """How a page is reached is not in the sheet

    What it does: counts the pages without triggers to which no other page leads. They are taken to be sent by the
    business.
    Why: the program that serves the content decides it. What the business starts needs an approved template.
    Example: an appointment reminder
    Use instead: triggers in the sheet, or the right entry in the converted scenario.
    Sources: bascule's own rule.
    """

    code = "PAR767"
    name = "contentrepo-guessed-entry"
    severity = Severity.INFO


class ChannelMissing(Rule):
    """A message that one channel lacks

    What it does: counts the messages that have no wording for a channel although other messages of the same page have
    one.
    Why: people on that channel never got it: the page says less there, and the WhatsApp wording may be the newer one.
    Example: two messages for WhatsApp, and `sms_body` in the first row only
    Use instead: nothing for WhatsApp; check which wording is the current one.
    Sources: bascule's own rule.
    """

    code = "PAR768"
    name = "contentrepo-channel-missing"
    severity = Severity.INFO


class PlaceholdersDiffer(Rule):
    """The channels fill in different things

    What it does: compares the placeholders of the wordings of one message.
    Why: one of them lost a name, a date or an amount, and it may be the one that is carried over.
    Example: `Bonjour {prenom}` for WhatsApp, `Bonjour` for SMS
    Use instead: the same placeholders in every wording, or a note why not.
    Sources: bascule's own rule.
    """

    code = "PAR769"
    name = "contentrepo-placeholders-differ"
    severity = Severity.WARNING


class LinksDiffer(Rule):
    """The channels name different links or phone numbers

    What it does: compares the addresses and phone numbers in the wordings of one message.
    Why: one of them was changed and the other forgotten: people are sent to the wrong place.
    Example: `https://exemple.org/2024` for WhatsApp, `https://exemple.org/2023` for SMS
    Use instead: the current address in every wording.
    Sources: bascule's own rule.
    """

    code = "PAR770"
    name = "contentrepo-links-differ"
    severity = Severity.WARNING


class NumbersDiffer(Rule):
    """The channels say different numbers

    What it does: compares the numbers in the wordings of one message, without those in links and phone numbers.
    Why: a price, a date or a key to reply with that differs is a mistake in one of them.
    Example: `Répondez *0*` for WhatsApp, and no number for Messenger
    Use instead: the same facts in every wording.
    Sources: bascule's own rule.
    """

    code = "PAR771"
    name = "contentrepo-numbers-differ"
    severity = Severity.INFO


class OptionsDiffer(Rule):
    """The list in a text has other options than the buttons

    What it does: compares the numbered list in a wording (SMS, USSD) with the buttons and list items of the message.
    Why: people could do something by number that no button offers, or the other way round.
    Example: a USSD menu with four numbers beside three buttons
    Use instead: the same options on every channel.
    Sources: bascule's own rule.
    """

    code = "PAR772"
    name = "contentrepo-options-differ"
    severity = Severity.WARNING


class SmsLong(Rule):
    """SMS wordings of several segments

    What it does: counts the `sms_body` texts that take more than one segment, with the longest of them.
    Why: each segment is paid; on WhatsApp the length does not matter, and the WhatsApp wording is the better one.
    Example: an emoji in the SMS wording, which halves what a segment holds
    Use instead: nothing for WhatsApp.
    Sources: https://www.3gpp.org/dynareport/23038.htm
    """

    code = "PAR773"
    name = "contentrepo-sms-long"
    severity = Severity.INFO


class UnknownSyntax(Rule):
    """A placeholder syntax that does not exist (pages)

    What it does: reports a `--placeholder` that is not in the table of syntaxes; the file's own texts decide instead.
    Why: nothing was read as the user asked.
    Example: `--placeholder moustache`
    Use instead: one of the names that the message lists.
    Sources: bascule's own rule.
    """

    code = "PAR774"
    name = "contentrepo-unknown-syntax"


class NoMessages(Rule):
    """Pages, and nothing to say

    What it does: reports a sheet whose pages have no text for any channel: only places in the menu. They are kept as
    facts.
    Why: an empty result would look like a clean one.
    Example: an export of the menu pages alone
    Use instead: export the content pages with their children.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "PAR775"
    name = "contentrepo-no-messages"
    severity = Severity.WARNING


class MenuInText(Rule):
    """A numbered list in a text became choices

    What it does: counts the messages whose text asks for a number of a list, and that name no buttons. The options are
    offered as choices; the numbers may still be typed.
    Why: where each of them leads is not in the sheet: the program that serves the content decides it.
    Example: `Répondez par un chiffre : 1. Tabac 2. Stress`
    Use instead: `buttons` or `list_items` with `go_to_page` in the sheet.
    Sources: bascule's own rule.
    """

    code = "PAR776"
    name = "contentrepo-menu-in-text"
    severity = Severity.INFO
