"""The kinds of page furniture, as data: see `feeds.furniture` for how and why they apply.

Each rule matches a whole paragraph or nothing. "edges" rules apply to the first and last
paragraphs only, because in the middle of a text the same words could be a crosshead. To add one:
write the pattern so that no sentence of reporting can match it, and give it two lines in
tests/feeds/test_furniture.py, one that goes and one look-alike that stays.
"""

import re
from dataclasses import dataclass
from typing import Literal

from feeds.heads import NAMES

Where = Literal["anywhere", "edges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of furniture."""

    name: str
    #: Language of its words, or "any".
    language: str
    where: Where
    #: Matches a whole paragraph. A group "origin" is whose text it is.
    pattern: re.Pattern[str]
    #: True where it could be a headline or a name in the text: it needs more context.
    lone: bool = False
    #: Whatever it matches has one of these in it, in small letters; for patterns that are slow to
    #: say no, which nearly all paragraphs are compared with. (): compared at once.
    words: tuple[str, ...] = ()


def _rule(
    name: str,
    language: str,
    where: Where,
    *parts: str,
    cased: bool = False,
    lone: bool = False,
    words: tuple[str, ...] = (),
) -> Rule:
    """Compile the alternatives of one rule; blanks in a pattern are literal."""
    flags = re.DOTALL if cased else re.DOTALL | re.IGNORECASE
    pattern = re.compile("|".join(f"(?:{part})" for part in parts), flags)
    return Rule(name=name, language=language, where=where, pattern=pattern, lone=lone, words=words)


_NAME = r"[A-Z][A-Za-zÀ-ɏ'’\-]*\.?(?: (?:de|van|von|der|bin|al|el|la))?"
_NAME_RU = r"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]\.)"
_NAME_ZH = r"[\u4e00-\u9fff·]{2,10}"
_NAMES = rf"{_NAME}(?:(?:,? and |, | & | in | at | for ){_NAME}| {_NAME}){{0,11}}"
_DESK = r"(?:[Rr]eporting|[Ww]riting|[Ee]diting|Compiled|Translated)"
_NETWORK = (
    r"(?:facebook|twitter|x|instagram|telegram|youtube|linkedin|whatsapp|tiktok|wechat|weibo|"
    r"threads|bluesky|mastodon|reddit|pinterest|tumblr|flipboard|google news|google|messenger|"
    r"viber|rss|vk|vkontakte|вконтакте|вк|одноклассники|ok|телеграме?|"
    r"яндекс\.?\s?дзен|яндекс\.?\s?новости|дзен|max|rutube|"
    r"微信|朋友圈|微博|新浪微博|qq空间|qq|抖音|豆瓣|人人网)"
)
_BUTTON = r"(?:share|save|bookmark|print|e-?mail|newsletters?|copy link|listen|comments?)"
_BETWEEN = r"(?:\s|[,|/·•;:、，：]|\band\b|\bor\b|\bи\b|&|@\w+|https?://\S+)*"
# No word is in both lists, and the group is atomic: a long row of buttons is read in one way only.
_NETWORKS = rf"(?>{_BETWEEN}(?:(?:{_NETWORK}|{_BUTTON}){_BETWEEN})*)"
_TONGUE = (
    r"(?:en|zh|ru|fr|es|ar|de|cn|eng|english|chinese|russian|français|español|deutsch|العربية|"
    r"日本語|русский|английский|по-русски|рус|中文|简体中文|繁體中文|简体|繁體|英文|俄文)"
)
_OWNER = r"[^\"“”«».!?]{0,60}(?:\d{4}|©|\(c\)|\binc\b|\bltd\b|\bllc\b)[^\"“”«»!?]{0,40}"
_PICTURE = r"(?:photo|photos|picture|pictures|image|images|photograph|photographs)"
_SLASH_CREDIT = (
    r"staff photographer|/\s?getty images|via getty images|/[\w ]{2,20} via reuters|"
    r"/file photo|/pool"
)

#: A word of a date, so that a sentence with a year in it is no date line.
_WHEN = (
    r"(?:[\d年月日时分秒:：.,/|–-]++(?:st|nd|rd|th)?|[ap]\.?m\.?|[a-z]{1,3}t|utc|gmt|мск|года?|г\.?|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?|at|on|в|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|"
    r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*)(?![a-zа-я])"
)

CAPTIONS = (
    _rule(
        "caption",
        "en",
        "anywhere",
        rf"[(\[]?(?:(?:file|handout|archive|stock) )?{_PICTURE}(?: (?:credit|caption|source))?"
        r"(?: by)?\s*[:：]\s*.{1,600}",
        r"(?:caption|pictured)\s*[:：]\s*.{1,600}",
        rf"[(\[](?:(?:file|handout) )?{_PICTURE}\b[^()\[\]]{{0,80}}[)\]]",
    ),
    _rule(
        "caption with a credit",
        "en",
        "anywhere",
        rf".{{10,500}}[\[(](?:file )?{_PICTURE} ?(?:by|courtesy of|credit|[/:：])"
        r"[^\[\]()]{1,80}[\])]\.?",
        rf".{{10,500}}\[[^\[\]]{{0,40}}/{_PICTURE}[^\[\]]{{0,40}}\]\.?",
        rf".{{10,500}}\([^()]{{0,60}}(?:{_SLASH_CREDIT})[^()]{{0,40}}\)\.?",
        r".{10,500}(?:via reuters/file photo|/(?:handout|pool) via reuters|/file photo)\.?",
        words=("photo", "picture", "image", "reuters", "/pool"),
    ),
    _rule(
        "caption",
        "ru",
        "anywhere",
        r"[(\[]?(?:фото|фотография|на фото|на снимке|иллюстрация|фото из архива|архивное фото)"
        r"\s*[:：].{1,400}",
        r"[(\[]?(?:фото|иллюстрация)\s*(?:©|[—–/|-]).{1,100}",
        r"©?\s*(?:фото|иллюстрация)\s+(?:тасс|риа новости|ap|reuters|afp|из открытых источников)",
    ),
    _rule(
        "caption",
        "zh",
        "anywhere",
        r"[(（【\[]?\s*(?:图为|资料图|图片来源|图源|图片说明|图/|图｜|图：|图:|配图[:：]).{0,200}",
        r"[(（【\[]?(?:视觉中国|新华社|中新社|路透社|法新社|美联社)(?:供图|资料图|图片|图)[^。]{0,20}",
        r".{4,120}(?:新华社|中新社|本报)?记者\s*[\u4e00-\u9fff·]{2,5}\s*摄[。）)]?",
        words=("图", "摄"),
    ),
)

BYLINES = (
    _rule(
        "byline",
        "en",
        "edges",
        rf"(?:By|Written by|Reported by|Story by|Edited by|Compiled by|Text by) {_NAMES}",
        rf"(?:Authors?|Reporters?|Editors?|Writers?): ?{_NAMES}",
        r"BY [A-Z][A-Z.'’\-]+(?:(?: |, )[A-Z][A-Z.'’\-]+){1,6}",
        cased=True,
    ),
    _rule(
        "desk credit",
        "en",
        "edges",
        rf"\(?(?:Additional )?{_DESK} by {_NAMES}"
        rf"(?:[;.,]? (?:[Aa]dditional )?{_DESK} by {_NAMES}){{0,3}}"
        r"\.?\)?",
        r"Our Standards: .{0,80}",
        cased=True,
    ),
    _rule("lone name", "en", "edges", rf"{_NAME}(?: {_NAME}){{1,3}}", cased=True, lone=True),
    _rule(
        "byline",
        "ru",
        "edges",
        r"(?:Авторы?|Автор текста|Текст|Корреспондент|Корр\.|Редактор|Подготовил[аи]?)\s*:?\s+"
        rf"(?:{_NAME_RU}[ ,и]{{0,3}}){{1,8}}",
        cased=True,
    ),
    _rule("lone name", "ru", "edges", rf"{_NAME_RU}(?: {_NAME_RU}){{1,2}}", cased=True, lone=True),
    _rule(
        "byline",
        "zh",
        "edges",
        r"[（(【\[]?\s*(?:(?:本报|本刊|本台|新华社|中新社|新华网|人民网|驻[\u4e00-\u9fff]{1,6}?)?"
        r"(?:特约记者|记者|通讯员|责任编辑|编辑|责编|撰稿|撰文|作者|编译|校对|编审|审核|主编|文)"
        rf"\s*(?:[:：/｜|]\s*|\s+){_NAME_ZH}(?:[\s、，,/]+{_NAME_ZH}){{0,5}}\s*){{1,4}}[）)】\]]?",
        r"[（(【\[][\u4e00-\u9fff]{0,8}(?:记者|责编|编辑)\s*[:：]?\s*"
        rf"{_NAME_ZH}(?:[\s、，,/]+{_NAME_ZH}){{0,5}}[）)】\]]",
    ),
)

ORIGINS = (
    _rule(
        "original source",
        "en",
        "anywhere",
        r"original (?:source|article)\s*[:：]\s*(?P<origin>\S[^。!?\n]{0,78}?)\.?",
    ),
    _rule(
        "first published",
        "en",
        "edges",
        r"(?:This (?:article|story|piece) )?(?:[Ww]as )?(?:[Oo]riginally|[Ff]irst) "
        r"(?:published|appeared)(?: by| on| at| in)?:? (?P<origin>(?:https?://|www\.)\S+|"
        r"[A-Z][\w'’.&-]*(?: [A-Z][\w'’.&-]*| of| the| and){0,4}?)\.?",
        cased=True,
    ),
    _rule("source", "en", "edges", r"(?:source|via)\s*[:：]\s*(?P<origin>\S[^。!?\n]{0,60}?)\.?"),
    _rule(
        "source",
        "zh",
        "edges",
        r"[（(【\[]?(?:文章来源|原文来源|新闻来源|信息来源|稿源|来源|转自)\s*[:：]\s*"
        r"(?P<origin>[^\s。，（）()【】]{2,30})\s*[）)】\]]?",
    ),
    _rule("original title", "zh", "edges", r"[（(【\[]?原标题\s*[:：].{1,80}"),
    _rule(
        "source",
        "ru",
        "edges",
        # "Источник: Путин посетит…" is how headlines name a source; only names are one here.
        rf"(?i:источник|первоисточник)\s*[:：]\s*(?P<origin>{NAMES})\.?",
        cased=True,
    ),
)

SHARING = (
    _rule(
        "follow us",
        "en",
        "anywhere",
        rf"(?:follow|like|find|join|connect with) us(?: on)?(?: social media)?{_NETWORKS}[.!]?",
        rf"follow (?:@\w+|[\w.]+(?: [\w.]+){{0,3}}) on{_BETWEEN}{_NETWORK}{_NETWORKS}[.!]?",
    ),
    _rule(
        "follow us",
        "zh",
        "anywhere",
        r"(?:关注我们|扫一扫|扫码关注|长按识别二维码|关注(?:官方)?(?:微信|公众号|微博))[^。]{0,60}。?",
    ),
    _rule(
        "follow us",
        "ru",
        "anywhere",
        r"(?:подписывайтесь|подпишитесь|читайте нас|следите за нами|присоединяйтесь)\b[^.!?]{0,120}"
        r"(?:канал|телеграм|telegram|вконтакте|дзен|новост|рассылк|соцсет|max|мессенджер)"
        r"[^.!?]{0,60}[.!]?",
        rf"мы (?:в|на){_BETWEEN}{_NETWORK}{_NETWORKS}[.!]?",
    ),
    _rule(
        "share",
        "en",
        "anywhere",
        r"(?:tweet|pin|share this(?: (?:article|story|post|page|on))?|share (?:via|on|with|to)|"
        rf"click to share(?: on)?|\d+ shares?|{_BUTTON}){_NETWORKS}",
    ),
    _rule(
        "share",
        "ru",
        "anywhere",
        r"(?:поделиться|поделитесь|скопировать ссылку)"
        rf"(?: (?:в|с|на|статьей|новостью|друзьями))*{_NETWORKS}",
    ),
    _rule(
        "share",
        "zh",
        "anywhere",
        rf"(?:分享到|分享至|分享|转发|打印|收藏|点赞|字号|放大|缩小|\s)+{_NETWORKS}[大中小\s|]*",
    ),
    _rule("share", "any", "edges", rf"{_NETWORK}(?:[\s,|/·•]+{_NETWORK})+"),
    _rule(
        "newsletter",
        "en",
        "anywhere",
        r"(?:(?:sign up|register) (?:for|to|here|now)|subscribe(?: now| today| here)?(?: to| for)?|"
        r"get (?:the latest|our|all the latest|breaking)|join our|never miss|"
        r"stay (?:informed|up to date|updated))\b"
        r"(?=[^\"“”]*(?:newsletters?|inbox|alerts?|e-?mails?|subscribers?|channel|podcast|updates|app)\b)"
        r"[^\"“”]{0,200}",
        r"(?:subscribe|sign up|log in|sign in|register)(?: now| here| today)?[.!]?",
    ),
    _rule("newsletter", "ru", "anywhere", r"(?:подписаться|войти|зарегистрироваться)[.!]?"),
    _rule(
        "newsletter",
        "zh",
        "anywhere",
        r"(?:订阅|欢迎订阅)[^。]{0,40}(?:简报|邮件|通讯|公众号|频道)[^。]{0,20}[。！]?",
        r"订阅|登录|注册",
    ),
)

LINKS = (
    _rule(
        "read more",
        "en",
        "anywhere",
        r"(?:read more|also read|read also|see also|read next|up next|"
        r"related(?: (?:articles?|stories|news|topics|coverage))?|more on this(?: story)?|"
        r"more from [^.:]{2,40}|you may also like|don['’]t miss)\s*[:：|»]\s*[^\n]{0,220}",
        r"(?:watch|video|listen)\s*[:：|»]\s*[^\n]{0,180}[^.\n]",
        r"(?:read more|also read|read also|see also|continue reading|"
        r"read the full (?:story|article)|related(?: articles?| stories| news)|more on this story|"
        r"you may also like|click here(?: to read more| for more)?|learn more|most read|trending|"
        r"top stories|latest news)[.!…»→> ]*",
        r"the post .{1,300}? appeared first on [^.!?]{1,100}\.?",
    ),
    _rule(
        "read more",
        "ru",
        "anywhere",
        r"(?:читайте также|читать также|читать далее|смотрите также|по теме|материалы по теме|"
        r"ранее по теме|другие новости|подробнее|ещё по теме|еще по теме)"
        r"(?:\s*[:：—–-].{0,220}|[.…»→> ]*)",
    ),
    _rule(
        "read more",
        "zh",
        "anywhere",
        r"[【\[]?(?:相关阅读|延伸阅读|推荐阅读|相关新闻|相关报道|相关链接|更多新闻|点击查看|点击阅读|"
        r"阅读原文|阅读全文|查看更多|阅读更多|热门推荐)[】\]]?(?:\s*[:：>＞].{0,120}|[^。，]{0,12})",
    ),
)

PAGE = (
    _rule(
        "language switch",
        "any",
        "edges",
        rf"[•·|*\s–—-]*{_TONGUE}(?:[\s|/,•·–—-]+{_TONGUE})*[•·|\s]*",
        r"(?:(?:read|view) (?:this )?(?:article |story )?in (?:chinese|russian|english|中文)|"
        r"читать на (?:английском|русском|китайском)|阅读(?:英文|中文|俄文)版?|english version)"
        r"\W{0,3}",
    ),
    _rule(
        "advertisement",
        "any",
        "anywhere",
        r"[*\[(\s–—-]*(?:advertisements?|advertising|sponsored(?: content)?|promoted|ad|"
        r"реклама|на правах рекламы|скрыть рекламу|广告|推广|remove ads?|skip advertisement|"
        r"(?:story|article) continues below (?:this )?(?:advertisement|ad)|"
        r"advertisement[\s.:–—-]*(?:continue|scroll)[^.]{0,60})[*\])\s.–—-]*",
    ),
    _rule(
        "copyright",
        "any",
        "anywhere",
        r"(?:copyright\s*)?(?:©|\(c\))\s*.{0,250}",
        r"copyright\s+(?:\d{4}|by\b).{0,250}",
        rf"(?:{_OWNER})?\s*all rights reserved\W*"
        r"(?:(?:this material|no part|reproduction|unauthorized|terms|privacy).{0,200})?",
        rf"(?:{_OWNER})?\s*все права защищены\W*.{{0,100}}",
        r"版权(?:所有|声明).{0,200}",
        r".{0,40}未经(?:书面)?(?:授权|许可|允许)[，,]?.{0,12}(?:不得|禁止|严禁).{0,12}(?:转载|摘编|复制|镜像).{0,60}",
        words=("©", "(c)", "copyright", "rights reserved", "права защищены", "版权", "未经"),
    ),
    _rule(
        "counter",
        "any",
        "edges",
        r"\d{1,3} min(?:ute)?s? read",
        r"(?:views?|comments?|likes?|просмотров|комментарии|阅读(?:量|数)?|浏览|评论)"
        r"\s*[:：(]?\s*[\d,.\sk]*\)?",
        r"\d[\d,.]*\s*(?:views?|comments?|likes?|просмотр\w*|комментари\w*|次阅读|条评论)",
        r"(?:leave|post|add) a (?:comment|reply)|оставить комментарий",
    ),
    _rule(
        "tags",
        "any",
        "edges",
        r"(?:tags?|keywords?|topics?|categor(?:y|ies)|filed under|теги|тэги|метки|рубрика|标签|"
        r"关键词|关键字)\s*[:：].{0,200}",
    ),
    _rule(
        "date line",
        "any",
        "edges",
        r"(?:first published|last updated|last modified|published|updated|posted|date|опубликовано|"
        r"обновлено|дата|发布时间|更新时间|发表于|发布于|日期)"
        r"\s*+(?:in [a-z]+(?: [a-z]+)?,)?\s*+(?:(?:on|at|в)\b)?\s*+[:：]?\s*+"
        rf"(?P<date>(?=.*\d)(?:{_WHEN}[\s,]*+){{1,12}})",
    ),
)

#: In order of comparison: what could be a name comes last.
CREDITS = (
    # "(Harbour Wire)" alone: an agency that is not listed in `feeds.agencies`.
    _rule(
        "credit",
        "any",
        "edges",
        r"\((?P<origin>[A-Z][\w&.'’-]*(?: [A-Z][\w&.'’-]*){0,3})\)",
        cased=True,
        lone=True,
    ),
    _rule(
        "credit",
        "any",
        "edges",
        r"[(/]\s*(?P<origin>[А-ЯЁ][А-ЯЁа-яё.-]*(?: [А-ЯЁа-яё.-]+){0,3})\s*[)/]",
        cased=True,
        lone=True,
    ),
    _rule("credit", "zh", "edges", r"（(?P<origin>(?!完)[\u4e00-\u9fff]{2,10})）", lone=True),
    _rule("end mark", "any", "edges", r"[（(](?:完|конец|ends?)[）)]|-\s*ends?\s*-|###|\* \* \*"),
)

RULES: tuple[Rule, ...] = (*CAPTIONS, *ORIGINS, *SHARING, *LINKS, *PAGE, *BYLINES, *CREDITS)
