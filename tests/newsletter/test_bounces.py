"""What comes back is understood, or listed: never guessed."""

from pathlib import Path

import pytest

from newsapp.newsletter.bounces import Outcome, read

MESSAGES = Path(__file__).with_name("bounces")
NUMBER = "9c1f4be2a07d3358e6b1a2f4"
HARD, SOFT, COMPLAINT, NOTHING, UNCLEAR = Outcome

# Each message: what it says about whom, and whether it names our letter.
SAYS = {
    "postfix-unknown-user": ([(HARD, "ada@example.org")], NUMBER),
    "postfix-delayed": ([(NOTHING, "ada@example.org")], NUMBER),
    "sendmail-two-recipients": ([(HARD, "grace@example.org"), (SOFT, "edsger@example.com")], ""),
    "sendmail-plain-text": ([(HARD, "barbara@example.net")], NUMBER),
    "exim-unrouteable": ([(HARD, "alan@example.org")], NUMBER),
    "exim-still-trying": ([(NOTHING, "")], ""),
    "qmail-no-mailbox": ([(HARD, "donald@example.org")], NUMBER),
    "qmail-too-long-in-the-queue": ([(SOFT, "donald@example.com")], NUMBER),
    "exchange-german": ([(HARD, "konrad@firma.example")], NUMBER),
    "office365-full-mailbox": ([(SOFT, "ken@firma.example")], NUMBER),
    "office365-not-found": ([(HARD, "dennis@firma.example")], NUMBER),
    "gmail-no-such-user": ([(HARD, "margaret@gmail.example")], NUMBER),
    "gmail-plain-text": ([(HARD, "frances@example.org")], NUMBER),
    "yahoo-disabled-account": ([(HARD, "jean@yahoo.example")], NUMBER),
    "domino-not-listed": ([(HARD, "tim@konzern.example")], NUMBER),
    "arf-abuse": ([(COMPLAINT, "radia@provider.example")], NUMBER),
    "arf-redacted": ([(COMPLAINT, "")], NUMBER),
    "arf-not-spam": ([(NOTHING, "")], NUMBER),
    "away-german": ([(NOTHING, "")], NUMBER),
    "away-french": ([(NOTHING, "")], ""),
    "vacation-left-the-firm": ([(NOTHING, "")], ""),
    "challenge": ([(NOTHING, "")], NUMBER),
    "blocked-as-spam": ([(SOFT, "lynn@example.org")], NUMBER),
    "delivered": ([(NOTHING, "ada@example.org")], ""),
    "japanese-base64": ([(HARD, "hanako@example.jp")], NUMBER),
    "a-reader-writes": ([(UNCLEAR, "")], NUMBER),
    # Written by somebody who had not seen the parser. On first sight it had understood twelve of these fifteen.
    "postfix-expired-441": ([(SOFT, "piet.hoekstra@waterkant.example")], NUMBER),
    "sendmail-one-failed-one-relayed": (
        [(NOTHING, "ruth.coyle@lindenhall.example"), (HARD, "r.adeyemi@lindenhall.example")],
        "",
    ),
    "exim-generated-from-plain": ([(HARD, "jonas@kaskelot.example")], NUMBER),
    "qmail-quota": ([(SOFT, "t.quill@oldmill.example")], NUMBER),
    "m365-german-unknown": ([(HARD, "lena.vogt@gruenau-verwaltung.example")], NUMBER),
    "exchange-onprem-mailbox-full": ([(SOFT, "gwen.baptiste@quayside.example")], NUMBER),
    "google-domain-not-found": ([(HARD, "ines.carvalho@azulejo-atelier.example")], NUMBER),
    "ses-ip-blocked": ([(SOFT, "dmitri.sokol@fenwick-trust.example")], NUMBER),
    "barracuda-content-blocked": ([(SOFT, "h.lindqvist@saltmarsh-college.example")], NUMBER),
    "yahoo-arf-complaint": ([(COMPLAINT, "marcellus.fay@ymail.example")], NUMBER),
    "jmrp-outlook-complaint": ([(COMPLAINT, "olu.farrant@hotmale.example")], NUMBER),
    "french-out-of-office": ([(NOTHING, "")], NUMBER),
    "postfix-delay-warning": ([(NOTHING, "sunniva@fjordlys.example")], NUMBER),
    "courier-mailbox-moved": ([(HARD, "wilf.atterby@brackenfold.example")], NUMBER),
    "person-writes-quoting-a-bounce": ([(UNCLEAR, "")], NUMBER),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in MESSAGES.glob("*.eml")))
def test_what_comes_back_is_understood(name):
    says, number = SAYS[name]

    reports = read((MESSAGES / f"{name}.eml").read_bytes())

    assert [(report.outcome, report.address) for report in reports] == says
    assert {report.number for report in reports} == {number}


@pytest.mark.parametrize("name", sorted(SAYS))
def test_a_message_with_the_line_ends_of_the_wire_says_the_same(name):
    raw = (MESSAGES / f"{name}.eml").read_bytes()

    assert read(raw.replace(b"\n", b"\r\n")) == read(raw)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\0\xff\xfe not a mail",
        b"Content-Type: multipart/report; boundary=\r\n\r\n--\r\n",
        b"Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n====%%%",
        b"From: MAILER-DAEMON\nSubject: \n\n" + b"a@" * 50_000,
        b"From: MAILER-DAEMON\nSubject: \n\n" + b"a" * 100_000,
        b"From: MAILER-DAEMON\nContent-Type: text/html\n\n" + b"<style <" * 20_000,
        b"From: MAILER-DAEMON\n\n" + b" " * 100_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (n, n) for n in range(2_000)),
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n\n\n--x--",
        b"Content-Type: message/feedback-report\n\n",
    ],
)
def test_a_broken_message_is_unclear(broken):
    assert [report.outcome for report in read(broken)] == [UNCLEAR]


def test_no_message_cut_short_is_an_error():
    for path in MESSAGES.glob("*.eml"):
        raw = path.read_bytes()
        for end in range(0, len(raw), 97):
            assert read(raw[:end])
