"""Attribution in Chinese."""

import re

from service.brief.speech.attribution import Attribution, Setting, Speaker
from service.model import Span

_VERB = (
    r"(?:表示|指出|强调|認為|认为|透露|坦言|写道|寫道|回应|回應|回忆|回憶|介绍|介紹|补充|補充|警告|呼吁|呼籲|"
    r"重申|直言|解释|解釋|评论|評論|感叹|感慨|宣布|证实|承认|回答|反问|提醒|批评|承诺|总结|"
    r"告诉[^，。：“”]{0,8}|告訴[^，。：“”]{0,8}|说|說|称|稱|讲|問|问|回复|答复|评价|答(?=[道曰：:]))(?:道|说|說|称|稱|曰)?"
)
#: The end of an office. 长 ends one by itself, except in words such as 增长 and 家长.
_TITLE = (
    r"(?:(?<![增成延家生擅专加特伸拉见市場场])长|市长|长官|部長|會長|局長|主席|总书记|总统|总理|总裁|经理|首相|发言人|"
    r"大使|书记|主任|秘书|专家|学家|企业家|教授|研究员|议员|委员|专员|官员|"
    r"董事|代表|特使|助理|参赞|领事|代办|司令|将军|上将|中将|少将|大校|上校|国务卿|干事|执行官|学者|院士|博士|"
    r"(?:工程|分析|设计|教|律|厨|医|技|会计|经济)师|"
    r"(?:创始|创办|负责|领导|主持|候选|合伙)人|主管|高管|老总|顾问|总监|记者|主编|教练|导演|作家|"
    r"(?:市|村|居|农|渔|牧)民|商人|店主|司机|船员|工人|老板|医生|老师|学生|讲师|翻译|员工|职工|乘客|游客|旅客|"
    r"總統|總理|總裁|書記|秘書|發言人|專家|議員|外長)"
)
#: What may stand behind the name: a rank or a form of address.
_RANK = r"(?:大校|上校|中校|少将|中将|上将|先生|女士|博士|院士|老师)?"
_SURNAME = (
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧程曹袁邓鄧许許傅沈曾彭吕"
    "苏蘇卢蔣蒋蔡贾丁魏薛叶葉阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "雷钱汤尹黎易常武乔贺赖龚文习耿华汪柴乐严"
)
#: Characters that write foreign names.
_FOREIGN_CHARACTERS = (
    "阿埃艾爱安奥巴白柏班邦保鲍贝本比彼毕别宾波伯勃博布查茨达大戴丹当德登邓迪丁东杜顿多俄厄恩尔法范菲费芬丰冯佛夫弗福甫"
    "盖冈高戈哥格葛古瓜圭果哈海汉豪赫亨胡华怀惠霍基吉季济加贾简杰金捷卡凯坎康考科克肯孔库夸奎拉莱赖兰朗劳勒雷黎里理利莉"
    "连良列林琳龙隆卢鲁路伦罗洛吕马玛麦曼芒毛梅门蒙孟米蜜密明缪摩莫姆穆拿娜纳乃南瑙内嫩尼年涅宁牛纽农努诺欧帕派潘庞佩彭"
    "蓬皮平泼珀普奇齐恰钱乔切琴丘热日荣茹瑞若撒萨塞赛桑瑟森沙莎山尚绍舍申什圣施史舒朔丝司斯松苏孙索塔泰坦汤唐陶特腾提"
    "廷通图土托瓦万旺威韦维魏温文翁沃乌武西希锡夏显肖谢辛欣匈休雅亚延扬杨耶叶伊依因英尤于约云宰赞泽扎詹珍治兹子佐祖娅莲柳"
    "琼妮黛甘朱什切茜蕾薇薛罕默丽"
)
#: More of them, each too common in other words to begin a name that no office stands before.
_MORE_FOREIGN = (
    "廖辽拜蒂狄底钦楚岑聂娃宗仲逊姬嘉诗谟铁坚昂策采察耳饶亮略芦珀浦蒲琪仁儒珊淑梭藤巍伍喜霞雪岩颜尧耀"
    "易永裕增章额哲芝智尊崔卓胥帖"
)
#: Surnames that are common words, too.
_MORE_SURNAMES = "凌戚阮祝骆柯佟盛符章鲍葛党卜岳车纪安艾裴尤宫穆柏屈左霍詹季蒙晏楼甄严施舒倪俞梅"
_FOREIGN = rf"[{_FOREIGN_CHARACTERS}]{{1,7}}(?:·[{_FOREIGN_CHARACTERS}]{{1,8}}){{0,3}}"
_HAN_NAME = rf"(?:[{_SURNAME}]|欧阳|司马|上官|诸葛)[\u4e00-\u9fff]{{1,2}}?"
_IN_OFFICE = (
    rf"[{_FOREIGN_CHARACTERS}{_MORE_FOREIGN}]{{2,8}}(?:·[{_FOREIGN_CHARACTERS}{_MORE_FOREIGN}]{{1,8}}){{0,3}}"
    rf"|[\u4e00-\u9fff]{{1,6}}(?:·[\u4e00-\u9fff]{{1,8}}?){{1,3}}"
    rf"|(?:[{_SURNAME}{_MORE_SURNAMES}]|欧阳|司马|上官|诸葛)[\u4e00-\u9fff]{{1,2}}?"
)
#: What may follow the subject of a clause: adverbs, times, prepositions, the verb, its end.
_ADJUNCT = (
    r"(?=在|于|对|對|向|就|当[天日地时场]|日前|近日|近期|周[一二三四五六日末]|星期|\d|今[天日年晨晚早]|昨|还|也|则|同日|同时|"
    r"随后|此[前次间外]|接[受着]|进一步|并|特别|明确|主持|出席|参加|应邀|会[见上后]|答[问记]|曾|多次|再次|一再|"
    r"上[午周月]|下午|晚|凌晨|清晨|本[周月]|前[天日]|笑|微笑|激动|高兴|自豪|动情|坦率|公开|郑重|严肃|致[辞词]|发言|"
    r"讲话|演讲|发表|通过|代表|受访|谈[到及]|针对|最后|继续|首先|率先|率[团队]|举例|插话|低调|苦笑|大笑|调侃|打趣|抱怨|坦诚|认真|无奈|专门|依然|反复|"
    rf"{_VERB}|$)"
)
_TITLED = re.compile(
    rf"(?P<office>(?:[^，。；：、“”对對向给與和跟]|对外){{0,24}}{_TITLE})(?P<name>{_IN_OFFICE}){_RANK}{_ADJUNCT}"
)
_PLAIN = re.compile(rf"(?P<name>{_FOREIGN}|{_HAN_NAME})(?P<office>{_TITLE})?{_ADJUNCT}")
_PRONOUN = re.compile(rf"(?:但|不过|同时)?(?P<p>[他她]){_ADJUNCT}")
_BEFORE = re.compile(rf"{_VERB}(?P<between>[：:，,]?[^。！？；：]{{0,40}})$")
_AFTER = re.compile(rf"[，,]?(?P<np>[^，。；：！？“”]{{1,44}}?){_VERB}(?=[，。,；]|$)")
_CLAUSE = re.compile(r"[，。；！？”》、\n]")
_NOT_SPEECH = re.compile(
    r"(?:所谓|称为|称作|称之为|名为|题为|以|主题|叫做|写着|打出|高喊|冠以|誉为|视为|被|的|推进|建设|践行|坚持|共建|参与|奉行|"
    r"构建|发展|推动|提出|提出的|实施|反对|落实|实现)$"
)
_DIRECT = ("：", ":", "，", ",", "")
_STOPS = "，。；！？,.!?…"
#: A part of a sentence in quotation marks is speech only if it is no term: so many characters.
_PARTIAL_LEAST = 8
#: Words that begin as a name does; what ends in 地 or 着 is an adverb.
_NO_NAME = re.compile(
    r"[\u4e00-\u9fff]{1,3}[地着]$|任[内上期]|高[兴调度声]|严[肃厉格]|"
    r"中方|俄方|双方|会议|文件|声明|公报|报告|文章|报道|消息|分析|知情|官员|专家|媒体|舆论|网友|白宫|方面"
)


def attributed(setting: Setting) -> Attribution | None:
    """Return the attribution of a quotation, or None."""
    before = _before(setting)
    if before is not None and not before.partial:
        return before
    return _after(setting) or before


def _before(setting: Setting) -> Attribution | None:
    before = setting.before
    match = None
    for found in re.finditer(_VERB, before):
        match = _BEFORE.match(before, found.start()) or match
    if match is None:
        return None
    between = match["between"]
    if not _is_speech(setting, between):
        return None
    clauses = [m.end() for m in _CLAUSE.finditer(before, 0, match.start())]
    begin = clauses[-1] if clauses else 0
    base = setting.begin + begin
    speaker = _subject(before[begin : match.start()], base, setting.names)
    if speaker is None and clauses and match.start() - begin <= 20:
        # "王毅18日在例行记者会上答问时，再次强调：": the subject stands one clause before.
        earlier = clauses[-2] if len(clauses) > 1 else 0
        if before[clauses[-1] - 1] == "，" and not re.search(_VERB, before[earlier:begin]):
            base = setting.begin + earlier
            speaker = _subject(before[earlier : begin - 1], base, setting.names)
    if speaker is None:
        return None
    start = min(speaker.name.start, speaker.office.start if speaker.office else speaker.name.start)
    return Attribution(
        speaker=speaker,
        span=Span(start=start, end=setting.start),
        behind=False,
        partial=between not in _DIRECT,
    )


def _is_speech(setting: Setting, between: str) -> bool:
    """Whether a quotation is an utterance, by what stands between it and the verb."""
    if between in ("：", ":"):
        return True
    if between in ("，", ","):
        return _utterance(setting)
    if len(setting.words) < _PARTIAL_LEAST or not _utterance(setting):
        return False  # "回应“套餐清零”等问题": what is spoken of, and not what is said
    return between == "" or _NOT_SPEECH.search(between) is None


def _utterance(setting: Setting) -> bool:
    """Whether the quotation ends as a sentence does, or the sentence ends with it."""
    return setting.words[-1:] in tuple(_STOPS) or setting.after[:1] in ("", *_STOPS)


def _after(setting: Setting) -> Attribution | None:
    after, words = setting.after, setting.words
    if not (words[-1:] in tuple(_STOPS) or after[:1] in ("，", ",")):
        return None
    match = _AFTER.match(after)
    if match is None:
        return None
    speaker = _subject(match["np"], setting.stop + match.start("np"), setting.names)
    if speaker is None:
        return None
    span = Span(start=setting.stop, end=setting.stop + match.end())
    return Attribution(speaker=speaker, span=span, behind=True)


def _subject(clause: str, base: int, names: frozenset[str]) -> Speaker | None:
    """Return the speaker that is the subject of a clause, given up to its verb.

    names: of people of the topic; others are known by a title, a surname or foreign letters.
    """
    pronoun = _PRONOUN.match(clause)
    if pronoun is not None:
        start = base + pronoun.start("p")
        return Speaker(name=Span(start=start, end=start + 1), pronoun=True)
    lead = len(clause) - len(clause.lstrip())
    titled = _TITLED.match(clause, lead)
    found = titled or _known(clause, lead, names) or _PLAIN.match(clause, lead)
    if found is None or len(found["name"]) < 2 or _NO_NAME.match(found["name"]):
        return None
    office = None
    if found["office"]:
        office = Span(start=base + found.start("office"), end=base + found.end("office"))
    name = Span(start=base + found.start("name"), end=base + found.end("name"))
    return Speaker(name=name, office=office)


def _known(clause: str, lead: int, names: frozenset[str]) -> re.Match[str] | None:
    for size in range(min(8, len(clause) - lead), 1, -1):
        if clause[lead : lead + size] in names:
            name = re.escape(clause[lead : lead + size])
            return re.compile(rf"(?P<name>{name})(?P<office>{_TITLE})?{_ADJUNCT}").match(
                clause, lead
            )
    return None
