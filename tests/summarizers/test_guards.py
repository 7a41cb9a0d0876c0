"""Why a sentence may not stand; beside each that may not, one that must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizers.guards import balanced, bare_quotation, fault, weakness, without_quotations

FALLS = {
    "en": {
        "connective": (
            "However, the two governments did not publish the text of the treaty.",
            "Instead, Beijing asked for a settlement that all of them could sign.",
            "Further, they agreed to build a second bridge over the river.",
            "Additionally, the ministers signed a plan for trade in grain.",
            "But the two governments did not publish the text of the treaty.",
            "In addition, the two sides will open a customs office in May.",
            "As a result, freight on the northern line fell by a third.",
            "Two, the price of grain is set in the capital every month.",
            "Specifically, in 2024 the two fleets held four exercises at sea.",
            "Most notably, the ministers signed a plan for trade in grain.",
            "Meanwhile, the ministers signed a plan for trade in grain.",
            "Similarly, the ports of the north closed for the winter months.",
            "As noted earlier, the ports of the north closed for the winter.",
        ),
        "pronoun": (
            "He told reporters that the treaty would be signed in May.",
            "Their ministers will meet in the capital again next month.",
            "We are grateful to the builders of the bridge for their work.",
            "It targets both the banks and the ports of the north.",
            "Both agreed that the second bridge should be built soon.",
            "Some of them will travel to the capital again next month.",
            "Another official said the treaty would be signed in May.",
            "In an interview on Tuesday, he said the treaty was ready.",
            "Before meeting the president, he held talks with Minister Li.",
            "“The treaty is ready,” he said after the talks in Beijing.",
            "The treaty is ready and will be signed in May, he said.",
        ),
        "demonstrative": (
            "This visit marks a new stage in the trade of both lands.",
            "These talks were held in the capital behind closed doors.",
            "Despite these assertions, the allies have doubts about the plan.",
            "That decision was published in the capital on Monday night.",
            "According to him, the treaty is ready and will be signed in May.",
            "After that, the ministers left the capital for the north.",
            "Li made this declaration during a meeting with the builders.",
            "In light of the war in the south, Li made this declaration in May.",
            "Traders in the border towns were against such a move from the start.",
            "The parliament in the capital has not yet discussed these proposals.",
        ),
        "time": (
            "Two days later, the ministers signed a plan for trade in grain.",
            "The following day, the ministers signed a plan for trade.",
            "Since then, freight on the northern line has doubled twice.",
        ),
        "first person": ("The government must help our farmers to sell grain in the north.",),
        "dialogue": ("MINISTER LI: The treaty is ready and will be signed in May.",),
        "quotation without": ("“The treaty is ready. It will be signed in May.”",),
        "question": ("Will the two governments publish the text of the treaty?",),
        "cut off": (
            "The minister told reporters after the talks in the capital:",
            "The two governments will publish the text of the treaty…",
        ),
        "unbalanced": (
            "The minister said: “The treaty is ready and will be signed.",
            "The treaty (signed in May is ready for the parliaments.",
        ),
        "furniture": (
            "FILE PHOTO: The president shakes hands with the minister in Beijing.",
            "Follow us on all of our channels for the news of the day.",
            "Read more about the northern line in our issue of today.",
            "The text of the treaty is at https://example.org/treaty for all.",
            "Reporting by Ann Brown and Li Wei in the northern capital.",
        ),
        "list line": ("• The two sides will open a customs office in May.",),
        "too short": ("The talks were short.",),
        "too long": ("The minister said " + "that trade grew and " * 20 + "left.",),
        "no end": ("Ministers of both governments open a rail bridge across the river",),
        "capitals": ("MINISTERS OF BOTH GOVERNMENTS OPEN A BRIDGE ACROSS THE RIVER.",),
        "small letter": ("and the ministers of both governments opened a rail bridge.",),
        "dateline": ("BEIJING, March 3 (Reuters) -",),
    },
    "ru": {
        "connective": (
            "Однако правительства двух стран не опубликовали текст договора.",
            "Кроме того, стороны откроют в мае общий таможенный пост.",
            "При этом грузооборот северной линии сократился на треть.",
            "Так, цена зерна в порту выросла за месяц на треть.",
            "Сначала министры беседовали в узком составе о торговле зерном.",
            "Примечательно, цена зерна в порту выросла за месяц на треть.",
            "Аналогичным образом, порты севера закрылись на всю зиму.",
        ),
        "pronoun": (
            "Он сообщил журналистам, что договор будет подписан в мае.",
            "Их министры снова встретятся в столице в следующем месяце.",
            "По его словам, договор готов и будет подписан в мае.",
            "«Договор готов и будет подписан», — сказал он в Пекине.",
        ),
        "demonstrative": (
            "Этот визит открывает новый этап в торговле двух стран.",
            "Об этом сообщила пресс-служба правительства в понедельник вечером.",
            "После этого министры выехали из столицы на север страны.",
            "Министр Ли сделал это заявление на встрече со строителями моста.",
            "На фоне войны на юге министр Ли сделал такое заявление в мае.",
            "Торговцы приграничных городов с самого начала были против этих мер.",
        ),
        "first person": (
            "Мост через Амур нужен нам и всем торговцам севера.",
            "Прошу правительство подготовить текст договора к началу мая.",
        ),
        "dialogue": ("И. Иванов: Договор готов и будет подписан в мае.",),
        "question": ("Опубликуют ли правительства двух стран текст договора?",),
        "furniture": ("Читайте также новости о северной линии в нашем номере.",),
    },
    "zh": {
        "connective": (
            "然而，两国政府没有公布这项条约的文本。",
            "此外，双方将于五月启用联合海关办事处。",
            "同时，北线的货运量比去年下降三分之一。",
            "具体而言，两国舰队去年举行四次海上演习。",
            "相比之下，北方港口的货运量下降三分之一。",
        ),
        "pronoun": (
            "他对记者表示条约已经准备就绪将于五月签署。",
            "其部长下个月将再次在首都举行正式会晤。",
        ),
        "demonstrative": (
            "这次访问开启两国贸易合作的崭新阶段。",
            "该公司去年向北方出口粮食三百万吨。",
            "李部长星期五在会见建筑工人时作出上述表态。",
            "在南方战事持续的背景下，李部长作出这一表态。",
        ),
        "time": ("随后，两国部长签署了粮食贸易合作计划。",),
        "first person": ("北方的大桥对我们所有的商人都非常重要。",),
        "question": ("两国政府什么时候公布这项条约的文本？",),
        "furniture": (
            "图为两国部长星期五在大桥上握手致意。",
            "责任编辑：某某某，来源是北方日报社。",
        ),
        "quotation without": ("“条约已经准备就绪。五月就要签署。”",),
        "unbalanced": ("部长表示：“条约已经准备就绪，五月就要签署。",),
        "too short": ("会谈时间不长。",),
    },
}

STANDS = {
    "en": (
        "This week the ministers signed a plan for trade in grain.",
        "This year's trade in grain has doubled, customs figures show.",
        "In this year's first quarter trade in grain has doubled.",
        "It is unclear whether the treaty will be signed in May.",
        "It was in Harbin that the ministers signed the treaty.",
        "Those who signed the treaty will meet in the capital in May.",
        "Both sides agreed that the second bridge should be built soon.",
        "Both China and Russia want the second bridge to be built.",
        "In his speech, Minister Li praised the builders of the bridge.",
        "In addition to grain, the ministers discussed trade in timber.",
        "So far this year the two governments have signed four treaties.",
        "US officials said the treaty would be signed in May.",
        "The U.S. government said it would study the text in May.",
        "“The treaty is ready,” Minister Li said after the talks.",
        "Minister Li said he would publish the treaty in May.",
        "The government said that it would publish the text in May.",
        "After Li met the builders, he praised the bridge in a speech.",
        "Another 12 ships were held in the port, officials said.",
        "Such as it is, the treaty will be signed in May.",
        "Beijing’s ministers’ plan was published in the capital on Monday.",
        "Officials in Moscow called the plan 'a new stage' in trade.",
        "Because of the storm, the ports of the north stayed closed.",
        "Sales by Su-35 makers rose 5.2% to $1.5 billion in 2024.",
        "A specifically Chinese company built the piers of the second bridge.",
        "Similarly to Beijing, the northern capital closed its ports in May.",
        "Beijing banned the sale of timber, and this decision hurt the north.",
        "Li cut the tariff on grain and told traders this step would be the last.",
        "The tariff on grain stays at five percent at this point, customs said.",
        "The ministers discussed such measures as a tariff on grain and timber.",
        "Freight on the northern line fell by a third this month, customs said.",
        "Minister Li said: “We made this decision alone and stand by it.”",
    ),
    "ru": (
        "В этом году правительства двух стран подписали четыре договора.",
        "На этой неделе министры подписали план торговли зерном.",
        "И. Иванов сообщил, что договор будет подписан в мае.",
        "Министр Иванов сказал, что он опубликует договор в мае.",
        "«Договор готов», — сказал министр Иванов после переговоров в Пекине.",
        "Обе стороны согласились, что второй мост нужен северу.",
        "Такси в столице подорожали за месяц почти на треть.",
        "Пекин запретил продажу леса, и это решение ударило по северу.",
        "Главное в договоре – это вопросы торговли зерном и лесом на севере.",
        "Министр Иванов принял такое решение, которое устроило обе стороны.",
        "Конкретно названы три порта севера, закрытые на всю зиму.",
    ),
    "zh": (
        "两国部长星期五为横跨黑龙江的铁路大桥揭幕。",
        "今年以来两国政府已经签署四项贸易条约",
        "部长表示，他将于五月公布这项条约的文本。",
        "“条约已经准备就绪。”部长会谈后表示。",
        "可再生能源成为两国合作的新的重要领域。",
        "其他国家也表示愿意参加大桥的后续建设。",
        "我国去年向北方邻国出口粮食三百万吨。",
        "但丁的诗集在两国文化年期间出版新译本。",
        "北京禁止木材出口，北方商人反对这一决定。",
        "部长表示，中方愿意同北方邻国落实这一计划。",
        "具体方案由两国部长五月在首都正式公布。",
    ),
}


@pytest.mark.parametrize(
    ("language", "reason", "sentence"),
    [(k, r, s) for k, v in FALLS.items() for r, rows in v.items() for s in rows],
)
def test_a_sentence_that_leans_or_is_none_is_refused_with_its_reason(
    language: str, reason: str, sentence: str
) -> None:
    found = fault(sentence, language)
    assert found is not None
    assert reason in found


@pytest.mark.parametrize(("language", "sentence"), [(k, s) for k, v in STANDS.items() for s in v])
def test_a_sentence_that_stands_alone_is_kept(language: str, sentence: str) -> None:
    assert fault(sentence, language) is None


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_a_sentence_may_lean_on_the_one_printed_before_it(language: str) -> None:
    leaning = FALLS[language]["pronoun"][0]
    assert fault(leaning, language, before=STANDS[language][0]) is None


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_a_sentence_before_does_not_make_a_question_a_statement(language: str) -> None:
    question = FALLS[language]["question"][0]
    assert fault(question, language, before=STANDS[language][0]) == "question"


def test_a_language_without_rules_is_judged_by_form_alone() -> None:
    assert fault("Il a dit que le traité serait signé en mai.", "fr") is None
    assert fault("Le traité sera-t-il signé en mai prochain ?", "fr") == "question"


def test_white_space_inside_a_sentence_does_not_matter() -> None:
    assert fault("However,\n  the two governments did not\tpublish the text.", "en") is not None


def test_weakness_tells_leaning_from_malformed() -> None:
    assert weakness(FALLS["en"]["pronoun"][0], "en") == (True, False)
    assert weakness(FALLS["en"]["question"][0], "en") == (False, True)
    assert weakness(FALLS["en"]["too long"][0], "en") == (False, False)
    assert weakness(STANDS["en"][0], "en") == (False, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a (b) “c” «d» 《e》", True),
        ("a (b “c) d”", True),
        ("a ) b (", False),
        ("a “b “c” d", False),
        ('a "b" c" d', False),
        ("the boys' ships don't sail", True),
        ("he said 'no and left", False),
    ],
)
def test_marks_come_in_pairs(text: str, expected: bool) -> None:
    assert balanced(text) is expected


def test_quotations_are_cut_out_whole() -> None:
    assert without_quotations("Li said “we agree” and «мы» left") == 'Li said "" and "" left'


def test_a_quotation_with_its_speaker_is_not_bare() -> None:
    assert bare_quotation("“We agree.”")
    assert not bare_quotation("“We agree,” said Li.")


@given(st.text(max_size=120), st.sampled_from(["en", "ru", "zh", "xx"]))
def test_any_text_is_judged_without_an_error(text: str, language: str) -> None:
    found = fault(text, language)
    assert found is None or found


@pytest.mark.parametrize(
    "sentence",
    [
        "Both leaders are personally invested in better relations between China and Russia.",
        "The two ministers also spoke about the pipeline through Mongolia and its price.",
        "The two presidents met in the Great Hall of the People with their delegations.",
    ],
)
def test_two_people_whom_only_another_sentence_names_lean_on_it(sentence: str) -> None:
    assert fault(sentence, "en") is not None


@pytest.mark.parametrize(
    "sentence",
    [
        "The two countries signed a protocol on visas for the drivers of lorries on Monday.",
        "Both sides will open two more crossings for goods trains before the winter.",
        "Both Xi and Putin said that the price of the gas would be settled in a contract.",
    ],
)
def test_two_states_need_no_other_sentence(sentence: str) -> None:
    assert fault(sentence, "en") is None
