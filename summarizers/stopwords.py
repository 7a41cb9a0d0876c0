"""Words that carry no topic, for English, Chinese and Russian.

Source: compiled for this project by word class (articles, pronouns, prepositions, conjunctions,
auxiliary and modal verbs, particles, numerals of order, verbs of saying in their commonest form)
and compared with the stop-word lists of the Snowball project (snowballstem.org, BSD-3-Clause),
whose English and Russian lists they contain in substance; the Chinese list follows the same
classes. sumy has no list for Russian, and nltk's needs a download. Names, nouns and numbers are
never stop words: they are what a brief is about.
"""

from types import MappingProxyType
from typing import Final

_EN = """
a an the
i me my myself we us our ours ourselves you your yours yourself yourselves he him his himself she
her hers herself it its itself they them their theirs themselves one ones oneself
this that these those here there
who whom whose which what when where why how whoever whatever whichever whether
and but or nor so yet for because as until while if unless though although since than then
of at by with about against between into through during before after above below to from up down
in out on off over under again further once upon within without among amid across toward towards
along around behind beside besides beyond despite except inside near onto outside per via
all any both each few more most other others some such no not none only own same too very just
every either neither another much many several enough even also still already ever never always
often now rather quite almost perhaps maybe however therefore thus hence instead meanwhile moreover
am is are was were be been being have has had having do does did doing done
will would shall should can could may might must ought cannot let
isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't shan't
shouldn't can't couldn't mustn't mightn't needn't
i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd
i'll you'll he'll she'll it'll we'll they'll let's that's who's what's here's there's where's when's
why's how's
said say says saying told tell added
s t d ll re ve m mr mrs ms
"""

_RU = """
я меня мне мной мною мы нас нам нами ты тебя тебе тобой вы вас вам вами он его него ему нему им ним
нём нем она её ее неё нее ей ней ею нею оно они их них ими ними себя себе собой собою сам сама само
сами самого самой самому самих самим самими самым
мой моя моё мое мои моего моей моему моих моим твой твоя твоё твои наш наша наше наши нашего нашей
нашему наших нашим нашими ваш ваша ваше ваши вашего вашей ваших вашим свой своя своё свое свои
своего своей своему своих своим своими свою
этот эта это эти этого этой этому этим этих этими эту этом тот та то те того той тому тем тех теми
ту том такой такая такое такие такого таких таким такую таком так
кто кого кому кем ком что чего чему чем чём который которая которое которые которого которой
которому которых которым которыми которую котором какой какая какое какие какого каких каким
каком какую чей чья чьё чьи
весь вся всё все всего всей всему всех всем всеми всю каждый каждая каждое каждого каждой каждом
любой любого любая любые другой другая другое другие другого других другим иной иные сам
и а но или либо да же ли бы б как если чтобы чтоб потому поэтому так когда пока хотя тоже также
однако зато ни не нет ведь будто словно раз едва лишь только даже уже ещё еще разве неужели вот вон
именно почти
в во на с со из изо к ко о об обо от ото до по за под подо над надо при про без безо для через
между среди около возле после перед передо ради сквозь кроме вместо внутри вне вокруг против
благодаря согласно путём из-за из-под насчёт включая относительно ввиду вследствие
быть был была было были буду будет будем будете будут будешь есть будучи является являются
может можно могут мог могла могли мочь надо нужно нельзя должен должна должно должны
где куда откуда там туда тут здесь сюда оттуда отсюда тогда теперь сейчас потом затем всегда
никогда иногда опять снова более менее очень много мало больше меньше совсем вообще впрочем конечно
наконец чуть хоть почему зачем сколько столько
сказал сказала сказали заявил заявила заявили отметил отметила отметили добавил добавила сообщил
сообщила сообщили говорит
"""

_ZH = """
的 地 得 了 着 过 之 所 者 们 吗 呢 吧 啊 呀 嘛 哦 啦 么 似的 一样 一般 等 等等 我 我们 咱 咱们
你 你们 您 他 他们 她 她们 它 它们 自己 自身 本身 人家 大家 别人 其 其他 其它 其余 彼此 这 这个
这些 这样 这种 这里 这儿 这么 这次 此 此次 此外 本 该 那 那个 那些 那样 那种 那里 那儿 那么 哪
哪个 哪些 哪里 谁 什么 怎么 怎样 怎么样 为什么 为何 如何 多少 几 何 何时 某 某些 某个 每 每个 各
各个 各种 任何 一切 所有 全部 有些 有的 一些 许多 很多 和 与 及 以及 并 并且 而 而且 或 或者
还是 但 但是 然而 不过 却 可是 只是 虽然 虽 尽管 即使 即便 因为 由于 因 因此 因而 所以 于是 从而
如果 假如 若 倘若 要是 只要 只有 无论 不管 不论 不仅 不但 不光 既 既然 以便 以免 甚至 乃至 另
另外 同时 此前 此后 随后 之后 之前 以后 以前 其中 其次 首先 最后 再次 总之 例如 比如 在 于 从 自
自从 由 向 往 朝 到 至 至于 对 对于 关于 根据 按照 按 依据 依照 通过 经 经过 随着 为 为了 以 把
将 被 让 给 跟 同 比 除 除了 当 当时 沿着 凭 围绕 针对 有关 是 有 没有 没 无 不 非 未 别 勿 不是
就是 也是 都是 能 能够 可 可以 可能 会 要 应 应该 应当 必须 需 需要 愿意 想 得以 使 使得 令 来
去 上 下 里 中 内 外 间 前 后 左右 也 都 就 又 还 再 才 只 仅 更 最 很 非常 十分 特别 比较 较 太
已 已经 曾 曾经 正 正在 将要 刚 刚刚 便 即 则 均 共 仍 仍然 依然 一直 总是 往往 经常 常常 尤其
目前 现在 如今 近日 日前 一 一个 一种 一次 两 个 位 名 种 次 项 些 点 说 表示 称 指出 认为 强调
据 据悉 据了解 记者 介绍
"""

STOP_WORDS: Final = MappingProxyType(
    {
        "en": frozenset(_EN.split()),
        "ru": frozenset(word.replace("ё", "е") for word in _RU.split()),
        "zh": frozenset(_ZH.split()),
    }
)
