"""Page furniture: each kind goes, and each look-alike stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.furniture import clean, same_line
from feeds.rules import RULES

LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
BODY = "They agreed that talks on the pipeline would go on in the autumn, officials said."
MORE = "A statement is to be published after the second day, according to the organisers."
END = "The guests left for the airport in the evening, and no questions were taken there."

#: (rule, furniture): removed wherever it stands in the text.
ANYWHERE = [
    ("caption", "FILE PHOTO: The two presidents shake hands at a forum. Agency/Someone/Pool"),
    ("caption", "Photo: Xinhua"),
    ("caption", "Photo credit: Somebody/Getty"),
    ("caption", "Image caption: The two leaders before the talks"),
    ("caption", "(Photo by A. Person)"),
    ("caption with a credit", "Ministers pose for a picture in the hall. [Photo/China Daily]"),
    ("caption with a credit", "Ministers pose for a picture in the hall. (Photo: A. Person, AP)"),
    ("caption with a credit", "Guards line the street on May 8, 2025. (A. Person/Getty Images)"),
    (
        "caption with a credit",
        "The leaders walk along the wall. Agency/Pool via REUTERS/File Photo",
    ),
    ("caption", "Фото: РИА Новости / Имя Фамилия"),
    ("caption", "На фото: министры перед началом переговоров"),
    ("caption", "图为会谈现场。"),
    ("caption", "资料图：两国外长会晤。"),
    ("caption", "图为两国外长在会谈前握手。新华社记者 张三 摄"),
    ("caption", "两国外长在会谈前握手。新华社记者张三摄"),
    ("original source", "Original Source: www.example.com"),
    ("follow us", "Follow us on:"),
    ("follow us", "Follow us on Facebook, Twitter and Telegram!"),
    ("follow us", "Like us on Facebook"),
    ("follow us", "Follow A Person on Twitter"),
    ("follow us", "Подписывайтесь на наш канал в Telegram"),
    ("follow us", "Читайте нас в Телеграм и ВКонтакте"),
    ("follow us", "扫一扫关注微信公众号"),
    ("share", "Share"),
    ("share", "Share this article:"),
    ("share", "Share on Facebook"),
    ("share", "Click to share on X"),
    ("share", "Share | Print | Newsletter"),
    ("share", "Поделиться в ВКонтакте"),
    ("share", "分享到：微信 微博"),
    ("newsletter", "Sign up for our newsletter and never miss a story"),
    ("newsletter", "Subscribe to our channel for daily updates"),
    ("newsletter", "Subscribe now!"),
    ("newsletter", "Подписаться"),
    ("newsletter", "欢迎订阅本报公众号"),
    ("read more", "Read more: The long road to a pipeline"),
    ("read more", "Also read: The long road to a pipeline"),
    ("read more", "RELATED ARTICLES"),
    ("read more", "The post A Visit to the Port appeared first on Harbour Wire."),
    ("read more", "Читайте также: Долгий путь к газопроводу"),
    ("read more", "相关阅读：管道之路"),
    ("advertisement", "Advertisement"),
    ("advertisement", "ADVERTISEMENT - CONTINUE READING BELOW"),
    ("advertisement", "Story continues below advertisement"),
    ("advertisement", "Реклама"),
    ("advertisement", "广告"),
    ("copyright", "© 2025 Example Media. All rights reserved."),
    ("copyright", "Copyright 2025 by Example Media"),
    ("copyright", "All rights reserved. No part of this may be copied."),
    ("copyright", "Все права защищены."),
    ("copyright", "版权所有，未经授权不得转载"),
    ("copyright", "未经授权，不得转载本文内容"),
]

#: (rule, furniture): removed at the end of the text only.
AT_THE_END = [
    ("lone name", "Chioma Kalu"),
    ("lone name", "JANE Q. PERSON"),
    ("lone name", "Иван Петров"),
    ("byline", "By Jane Person"),
    ("byline", "By Jane Person and John Q. Public in Moscow"),
    ("byline", "Автор: Иван Петров"),
    ("byline", "记者 张三"),
    ("byline", "（记者张三 李四）"),
    ("byline", "责任编辑：张三"),
    ("desk credit", "(Reporting by Jane Person; Editing by John Public)"),
    ("first published", "This article was originally published by Foreign Affairs."),
    ("source", "Source: Example Times"),
    ("source", "来源：新华社"),
    ("source", "Источник: ТАСС"),
    ("original title", "原标题：两国外长会晤"),
    ("share", "Facebook Twitter WhatsApp"),
    ("language switch", "• en"),
    ("language switch", "EN | RU | 中文"),
    ("language switch", "Read this in Chinese"),
    ("counter", "3 min read"),
    ("counter", "Comments (12)"),
    ("counter", "1,204 просмотра"),
    ("tags", "Tags: China, Russia, energy"),
    ("date line", "Published: May 8, 2025 10:00"),
    ("date line", "Updated Wednesday, Jan 5 at 5:53 PM EST"),
    ("date line", "Published in Dawn, February 17th, 2026"),
    ("date line", "Опубликовано: 8 мая 2025"),
    ("date line", "发布时间：2025年5月8日"),
    ("agency credit", "(Reuters)"),
    ("agency credit", "/ТАСС/"),
    ("credit", "(Harbour Wire)"),
    ("credit", "/Восточный вестник/"),
    ("credit", "（北方日报）"),
    ("end mark", "（完）"),
    ("end mark", "(ends)"),
    ("agency credit", "With inputs from AFP"),
]

#: Reporting, and other lines that look like furniture.
REPORTING = [
    "Follow us into the archive, the guide said, and the two ministers did so.",
    "The ministry asked readers to follow us on Telegram, a spokesman told reporters.",
    "The article on the visit was first published on Monday, and drew a reply from Moscow.",
    "Photo opportunities were cancelled after the talks ran late.",
    "A file photo showed the two presidents at the same table in 2019.",
    "The photo shows the two presidents at the gate, an official said (the photo is dated 2019).",
    "Фото с переговоров опубликовано в канале министерства, сообщили в посольстве.",
    "图像显示，两国外长在会谈前握手，并就能源合作交换了意见。",
    "By Friday morning, the two delegations had agreed on all points but one.",
    "By sea and by land, trade grew.",
    "Editing by the censors was denied by the ministry.",
    "Source material was handed over on Monday, the prosecutor said.",
    "Originally published in 1954, the treaty was never ratified.",
    "First published in 1949, the newspaper has a new editor.",
    "Share prices fell in Moscow after the announcement.",
    "Share the burden, Moscow told its neighbours.",
    "Subscribe to the treaty or leave the table, the minister warned.",
    "“Sign up for the newsletter,” the hackers wrote in their e-mail to the embassy.",
    "Read more of the treaty than its title, he advised.",
    "Related talks on transit go on in Astana.",
    "Advertisement spending in Russia fell by a fifth.",
    "Реклама российских банков в Китае запрещена с мая.",
    "Copyright law was on the agenda, too.",
    "All rights reserved to the state under the contract were listed, Gazprom said.",
    "据规定，未经许可不得进入该区域。",
    "来源不明的货物在边境被扣押。",
    "编辑部设在北京的一家报纸报道了此事。",
    "Comments made by the envoy drew 12 protests.",
    "Published figures for 2024 show a rise of 8 percent!",
    "Updated figures for May 2025 are due next week, the customs office said on its website today.",
    "English is the language of the contract.",
    "Автор законопроекта сообщил, что документ внесён в Думу.",
    "Подписаться на договор стороны намерены осенью.",
    "Источники в правительстве подтвердили визит.",
    "分享会议成果的文件将于周五公布。",
    "Watch what they do, not what they say, he added.",
    "Reuters and AFP were not admitted.",
    "Tagged goods may pass the border without inspection.",
    "Xi Jinping and Vladimir Putin met on Monday.",
]


@pytest.mark.parametrize(("rule", "line"), ANYWHERE)
def test_furniture_goes_wherever_it_stands(rule: str, line: str) -> None:
    texts = (LEAD, BODY, MORE, "{}", MORE, BODY, END)
    found = clean([text.format(line) for text in texts])
    assert found.paragraphs == (LEAD, BODY, MORE, MORE, BODY, END)
    assert [(r.rule, r.paragraph) for r in found.removed] == [(rule, line)]


@pytest.mark.parametrize(("rule", "line"), AT_THE_END)
def test_furniture_of_the_edges_goes_at_the_end(rule: str, line: str) -> None:
    found = clean([LEAD, BODY, MORE, END, line])
    assert found.paragraphs == (LEAD, BODY, MORE, END)
    assert [(r.rule, r.paragraph) for r in found.removed] == [(rule, line)]


@pytest.mark.parametrize(("rule", "line"), AT_THE_END)
def test_furniture_of_the_edges_stays_in_the_middle(rule: str, line: str) -> None:
    texts = [LEAD, BODY, MORE, line, MORE, BODY, END]
    assert clean(texts).paragraphs == tuple(texts), rule


@pytest.mark.parametrize("text", REPORTING)
def test_reporting_that_looks_like_furniture_stays_everywhere(text: str) -> None:
    for texts in ([text, LEAD, BODY, END], [LEAD, BODY, text, MORE, END], [LEAD, BODY, END, text]):
        assert clean(texts, title="A headline of its own").paragraphs == tuple(texts)


def test_every_rule_has_a_case() -> None:
    cases = {name for name, _ in ANYWHERE + AT_THE_END}
    assert {rule.name for rule in RULES} <= cases


def test_every_rule_compares_itself_with_cases_in_its_own_language() -> None:
    lines = [line for _, line in ANYWHERE + AT_THE_END]
    for rule in RULES:
        assert any(rule.pattern.fullmatch(line) for line in lines), (rule.name, rule.language)


def test_furniture_behind_furniture_is_found() -> None:
    found = clean([LEAD, BODY, "Chioma Kalu", "Follow us on:", "• en", "Share"])
    assert found.paragraphs == (LEAD, BODY)


def test_a_byline_at_the_beginning_goes_once_the_headline_is_known() -> None:
    texts = ["Jane Q. Person", LEAD, BODY, MORE, END]
    assert clean(texts).paragraphs == tuple(texts), "it may be the headline"
    assert clean(texts, title="Ministers meet").paragraphs == (LEAD, BODY, MORE, END)


def test_a_text_of_one_name_is_left() -> None:
    assert clean(["Vladimir Putin"], title="A title").paragraphs == ("Vladimir Putin",)


def test_a_headline_repeated_with_other_marks_goes() -> None:
    found = clean(["MINISTERS MEET IN BEIJING!", LEAD, BODY], title="Ministers meet in Beijing")
    assert found.paragraphs == (LEAD, BODY)
    assert found.removed[0].rule == "repeated headline"


def test_a_headline_that_is_quoted_far_below_stays() -> None:
    texts = [LEAD, BODY, MORE, END, LEAD, BODY, "Ministers meet", END]
    assert clean(texts, title="Ministers meet").paragraphs == tuple(texts)


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        ("Original Source: www.cnn.com", "www.cnn.com"),
        ("Original source: The Example Times", "The Example Times"),
        ("Source: Reuters", "Reuters"),
        ("来源：新华社", "Xinhua"),
        ("（来源：环球时报）", "Global Times"),
        ("Источник: ТАСС", "TASS"),
        ("Originally published by Foreign Affairs.", "Foreign Affairs"),
        ("(Reuters)", "Reuters"),
        ("(Harbour Wire)", "Harbour Wire"),
    ],
)
def test_the_origin_that_furniture_names_is_kept(line: str, origin: str) -> None:
    assert clean([LEAD, BODY, line]).origin == origin


def test_the_dateline_names_the_origin_before_the_furniture_does() -> None:
    found = clean([f"BEIJING, May 8 (Xinhua) -- {LEAD}", BODY, "Source: example.org"])
    assert found.paragraphs == (LEAD, BODY)
    assert found.origin == "Xinhua"


def test_a_date_line_keeps_its_date() -> None:
    found = clean([LEAD, BODY, "Published: May 8, 2025 10:00"])
    assert found.removed[0].date == "May 8, 2025 10:00"


def test_nothing_gives_nothing() -> None:
    assert clean([]).paragraphs == ()


@given(st.lists(st.sampled_from([line for _, line in ANYWHERE + AT_THE_END] + REPORTING)))
def test_cleaning_twice_removes_nothing_more_and_keeps_the_order(texts: list[str]) -> None:
    once = clean(texts).paragraphs
    assert clean(once).paragraphs == once
    assert [text for text in texts if text in REPORTING] == [t for t in once if t in REPORTING]


@given(st.text(alphabet="aA .,:©（()[]/|-Share Photo记者5", min_size=300, max_size=700))
def test_no_paragraph_takes_a_pattern_long(text: str) -> None:
    clean([LEAD, text, END])  # hypothesis fails what takes more than its deadline of 0.2 s


@pytest.mark.parametrize(
    "text",
    [
        "By " + "Aa " * 230,
        "share " * 110,
        "记者 张三" * 90,
        "(" * 690,
        "Аа " * 230,
        "x, " * 230,
        "Posted " + "1" * 600 + "x",
        "ok" * 340,
        "print " * 110 + "?",
        "Share" + " email" * 99 + "z",
    ],
)
def test_a_hostile_paragraph_costs_no_more_than_another(text: str) -> None:
    assert len(clean([LEAD, BODY, text, END, MORE]).paragraphs) >= 4


@given(st.text(), st.text())
def test_lines_are_the_same_in_both_directions(one: str, two: str) -> None:
    assert same_line(one, two) == same_line(two, one)
