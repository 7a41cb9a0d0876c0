"""What leans, in English news."""

import re

from summarizers.leaning.rules import (
    CONNECTIVE,
    DEMONSTRATIVE,
    DIALOGUE,
    FIRST_PERSON,
    PRONOUN,
    TIME,
    Leaning,
    pattern,
)

_SPAN = r"""(?:week|weekend|month|year|quarter|summer|autumn|fall|winter|spring|season|decade|
century|morning|afternoon|evening|january|february|march|april|may|june|july|august|september|
october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|
                time\ (?:last|next)
|past|coming)"""
_AUX = r"""(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|do|
                does|did|
also|then|now|agreed|said|say|want|need|\w+ed)"""
#: What one says or does, and what a later sentence calls it: "made this declaration".
_DEED = r"""(?:announcement|argument|assertion|assessment|claim|comment|declaration|explanation|
pledge|proclamation|promise|remark|statement|warning|appeal|
accusation|allegation|criticism|sentiment|action|agreement|approach|arrangement|decision|deal|
development|gesture|initiative|measure|move|plan|position|proposal|request|stance|step|
view|visit|trip|meeting|exchange|incident|issue|matter|point|question|topic|idea|notion)s?"""

ENGLISH = Leaning(
    openings=(
        (
            CONNECTIVE,
            pattern(
                r"""(?:however|instead|further(?:more)?|moreover|additionally|also|besides|
                meanwhile|
                nevertheless|nonetheless|still|yet|thus|hence|therefore|consequently|accordingly|
                otherwise|rather|likewise|similarly|conversely|indeed|then|afterwards?|
                subsequently|
                finally|lastly|eventually|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|again|
                alternatively|incidentally|naturally|of\ course|regardless|either\ way|anyway|plus|
                well|sure|true|now|unfortunately|fortunately|interestingly|ironically|separately|
                in\ (?:addition|contrast|turn|response|return|particular|fact|other\ words|
                short|sum|
                total|all|reality|exchange|conclusion|the\ meantime|the\ end|the\ process|a\ way|
                the\ same\ (?:way|vein)|truth|effect|essence|reply)|
                by\ (?:contrast|comparison|the\ same\ token)|as\ a\ result|as\ such|as\ usual|
                as\ a\ consequence|as\ expected|on\ the\ (?:other\ hand|contrary|one\ hand)|
                for\ (?:example|instance|now|one\ thing|starters)|at\ (?:the\ same|that)\ time|
                at\ the\ (?:time|end|moment)|above\ all|after\ all|more\ (?:importantly|broadly)|
                most\ importantly|what(?:'|’)s\ more|what\ is\ more|all\ in\ all|like\ so|
                in\ any\ (?:case|event)|same\ here|
                (?:more\ |most\ |quite\ )?(?:specifically|notably|importantly|crucially|
                significantly|tellingly|remarkably|strikingly)|
                particularly|equally|simultaneously|concurrently|correspondingly|by\ extension|
                as\ (?:noted|mentioned|stated|discussed)(?:\ (?:above|earlier|before))?|
                in\ (?:this|that)\ (?:way|sense|vein)|one|two|three|four|five),"""
            ),
        ),
        (
            CONNECTIVE,
            pattern(
                r"""(?:and|but|or|nor|so|because|which|who|whose|whom|that\ said|not\ only\ that|
                rather\ than\ (?:that|this)|even\ so|if\ so|if\ not|hence|thus|instead|furthermore|
                moreover|additionally|nevertheless|nonetheless|likewise|conversely|consequently|
                therefore|however|meanwhile|then|afterwards|among\ (?:them|those|these)|
                as\ well\ as\ (?:this|that))\b(?!\s*far\b)"""
            ),
        ),
        (
            PRONOUN,
            pattern(
                r"""(?:he|she|it|they|his|her|hers|its|their|theirs|him|them|himself|herself|
                itself|
                themselves|we|i|you|my|our|your|me|us)(?:['’](?:s|re|ve|d|ll|m))?\b(?!\.)"""
            ),
        ),
        (
            PRONOUN,
            pattern(
                r"""(?:one|some|many|most|all|none|two|three|several|few|each|part|much|half|
                neither|either|both|any|another|others|a\ number|the\ (?:first|second|last|rest))
                \s+of\s+(?:them|these|those|this|it|which|us|whom)\b"""
            ),
        ),
        (
            PRONOUN,
            pattern(
                rf"""(?:both|others?|neither|either|some|many|several|none|all|each|another|
                one|most|
                the\ (?:former|latter|two|pair|duo|same))\s+{_AUX}\b"""
            ),
        ),
        (
            # Which ones, only the sentence before says: "Both leaders are invested in it."
            PRONOUN,
            pattern(
                r"""(?:both|the\ two)\ (?:leaders|presidents|ministers|men|women|officials|
                diplomats|executives|negotiators)\b"""
            ),
        ),
        (
            PRONOUN,
            pattern(r"(?:another|other|similar|such|the\ (?:former|latter|same|other))\s+\w+"),
        ),
        (DEMONSTRATIVE, pattern(r"(?:this|these|those|here)\b")),
        (DEMONSTRATIVE, pattern(r"that(?:['’]s)?\s+(?-i:[a-z])")),
        (
            DEMONSTRATIVE,
            pattern(
                rf"""(?:despite|in|at|on|for|with|from|by|to|of|under|through|because\ of|given|
                following|after|before|during|amid|against|as|unlike|like|beyond|within|about|
                except|since|until|behind|alongside|based\ on|due\ to|thanks\ to|owing\ to|if|
                when|while|although|though|whether|whatever|according\ to|instead\ of|besides|
                apart\ from|aside\ from|in\ addition\ to|in\ light\ of|as\ part\ of|as\ for|
                of\ all|
                in\ spite\ of|prior\ to|regarding|concerning|all|all\ of|only|even|not\ all|and)\s+
                (?:all\ (?:of\ )?)?
                (?:(?:this|these)\b(?!\s+(?:{_SPAN}|days)\b)|(?:that|those)\b(?!\s+who\b)|
                such\b|
                it\b|them\b|him\b|her\b(?=,)|the\ (?:former|latter)\b)"""
            ),
        ),
        (
            TIME,
            pattern(
                r"""(?:(?:\w+[\s-]){0,3}(?:later|earlier|afterwards?|after|before),|
                later\ (?:that|on|in\ the)\b|(?:the|that)\ (?:same|next|following|
                previous)\ (?:day|
                night|week|month|year|morning|evening|afternoon)\b|that\ (?:day|night|week|month|
                year|morning|evening|afternoon|same)\b|until\ then|by\ then|since\ then|back\ then|
                by\ that\ time|soon\ after(?:wards?)?\b|shortly\ (?:after(?:wards?)?|before),|
                moments\ (?:later|after)|at\ this\ (?:point|stage|time)|to\ (?:this|that)\ end|
                up\ to\ now|from\ (?:there|then)\ on)"""
            ),
        ),
        (
            PRONOUN,
            pattern(
                r"""(?:before|after|while|since|by|when|without|upon|on|
                despite)\s+\w+ing\b[^,]{0,90},
                \s*(?:he|she|they|it)\s"""
            ),
        ),
        (
            PRONOUN,
            # "In an interview on Tuesday, he said": the phrase has no subject to be "he".
            pattern(
                r"""(?:in|on|at|during|speaking|addressing|asked|following|according|from|for|by|
                under|through|with|without|over|throughout|answering|responding|commenting|writing|
                testifying|upon|founded|established|elected|appointed|like|unlike|earlier|last|
                late|early|today|yesterday|tomorrow|recently|once|
                previously|
                to|instead\ of|rather\ than|born|known|described|named|using|citing|noting|adding|
                monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b[^,]{0,90},\s*
                (?:(?:also|both|though|however)\s+)?(?:he|she|they|it)\s+(?!is\ (?:unclear|
                expected))"""
            ),
        ),
        (
            PRONOUN,
            pattern(
                r"""(?:when|after|before|while|once|if|as|since|until)\s+(?:asked|
                pressed)\b.{0,60}\b(?:he|she|they)\b"""
            ),
        ),
        (
            PRONOUN,
            pattern(
                r"""(?:asked|when\ asked)\s+(?:if|whether|about|why|how)\b[^,]*,\s*(?:he|she|
                they)\b"""
            ),
        ),
    ),
    stands=pattern(
        rf"""(?:(?:this|these|those|that)\ (?:{_SPAN}|days)(?:['’]s)?\b|those\ who\b|
        it\ (?:is|was|remains|has\ been|will\ be|would\ be|is\ not|was\ not|is\ still|isn['’]t|
        wasn['’]t)\s+(?:(?:also|still|not|immediately|now|yet|long|widely|un\w+)\s+)*
        (?:clear|unclear|expected|reported|announced|believed|known|unknown|estimated|the\ first|
        possible|impossible|likely|unlikely|important|necessary|difficult|hard|worth|time|
        to\ be\ seen|said|thought|assumed|understood|planned|agreed|decided|noted|revealed)\b|
        it\ (?:appears|seems|takes|took|emerged|costs?)\s+(?:that|as|\w+\ (?:years|months))\b|
        it\ was\ (?:in\ |on\ |at\ )?(?-i:[A-Z\d])|
        so\ far\b|so\ (?:many|much|great|strong)\b|besides\ (?!this|that|these|those)\w+ing\b|
        us\ (?-i:[A-Za-z])|(?-i:US)\b|(?-i:IT)\b|
        both\ (?:sides|countries|nations|powers|(?-i:[A-Z]\w+)\ and)\b|
        another\ (?:\w+\ )?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|
        million|billion)\b|
        such\ as\b|other\ than\b|here\ (?:is|are)\ the\b|because\ of\ (?!this|that|these|those|it)|
        you\ tube|because\ (?-i:[A-Z])|after\ (?:that|this)\ \w+ing\b)"""
    ),
    anywhere=(
        # "MR SMITH: …", "Q: …": an answer without its question.
        (DIALOGUE, re.compile(r"^(?:Q|A|[A-Z][A-Z.'’-]+(?:\s[A-Z][A-Z.'’-]+){0,3})\s?:\s")),
        # The speaker of a quotation is a pronoun: "…," he said. / … said he.
        (
            PRONOUN,
            pattern(
                r"""^""\s*,?\s*(?:(?:he|she|they|it)\s+(?:\w+ly\s+|also\s+|then\s+)?\w+|
                (?:said|says|added|asked|wrote|explained|continued)\s+(?:he|she|they)\b|
                (?:the\ (?:statement|report|document|source|post|letter|paper|ministry|spokes\w+|
                official|president|minister|leader)\s+)?(?:added|continued|went\ on)\b)"""
            ),
        ),
        # Words of one who is not named, outside quotation marks; "US" and "May" are others.
        (
            FIRST_PERSON,
            re.compile(
                r"""(?:^|[\s(])(?:I|I['’](?:m|ve|d|ll)|[Ww]e|[Mm]y|[Oo]ur|[Mm]e|us|ours|
                mine)(?=[\s,.]|['’])(?!\.\w)"""
            ),
        ),
        (
            PRONOUN,
            # A comment clause at the end of indirect speech: "… on Monday, he said."
            pattern(
                r""",\s*(?:he|she|they|it)\s+(?:(?:also|then|later)\s+)?(?:said|added|says|
                told|wrote|noted|stated|explained|argued|claimed|warned|continued|insisted|
                recalled|concluded)\b[^,"]{0,40}\.?$"""
            ),
        ),
        (
            DEMONSTRATIVE,
            # "Wang made this declaration during a meeting": in the first clause, with or without
            # a phrase before it. Further on the sentence itself may have told of the deed.
            pattern(
                rf"""^(?:(?:in|at|on|after|before|during|amid|despite|against|with|for|by|as|under|
                following|given|from|since|to|while|when|speaking|citing)\b[^,;:]{{0,160}},\s+)?
                (?:(?!\b(?:and|but|or)\s+(?!(?:the|a|an|its|his|her|their|both|other)\b)
                (?-i:[a-z]))[^,;:—–()]){{0,160}}?
                (?<!\bat\ )(?<!roughly\ )\b(?:this|these|such(?:\ an?)?)\s+
                (?:(?:latest|new|recent|bold|joint|same|very|diplomatic|important)\s+)?
                {_DEED}\b(?!\s+(?:as|to|of|that)\b)(?!-)"""
            ),
        ),
        (
            PRONOUN,
            pattern(r"^(?:according\s+to|in\s+the\s+words\s+of)\s+(?:him|her|them|it|this|that)\b"),
        ),
    ),
    furniture=pattern(
        r"""(?:(?:file\ )?photo(?:s|graph)?(?:\s+(?:by|credit|courtesy|provided))?\s*[:/(]|
        file\ (?:photo|picture|image)|photo\s+by\b|image\s*(?:credit|source|copyright)?\s*:|
        pictured?\s*(?:\(|:|above|below|left|right|here|is\b|are\b)|picture\s*:|caption\b|
        hide\ caption|media\ playback|play\ video|enlarge\ this|must\ watch|just\ watched|
        something\ to\ consider|(?:read|see|watch|find\ out|learn|know|hear)\s+(?:more|also|
                next|below|the\ full|
                how\ to)\b|
        also\ (?:read|on|see)\b|related\b.{0,30}:|recommended\b|
        follow\ (?:us|me|our|@|the\ author|reuters|cnn|bbc)\b|like\ us\ on\b|join\ (?:us|our|
                the\ conversation)\b|
        subscribe\b|sign\ up\b|sign\ in\b|log\ in\b|register\ (?:here|now|for\ free)\b|click\b|
        tap\ here|share\ (?:this|on|with|via)\b|comments?\ (?:are|\(|below)|leave\ a\ comment|
        advertis|sponsored\b|original\ source\b|source\s*:|via\s*:|editing\ by\b|reporting\ by\b|
        additional\ reporting|edited\ by\b|written\ by\b|compiled\ by\b|translated\ by\b|
                produced\ by\b|
        contact\ the\b|copyright\b|\(c\)|all\ rights\ reserved|(?:our|
                the\ thomson\ reuters)\ (?:standards|trust)|
        story\ (?:highlights|continues)|scroll\ (?:down|for)|download\b|for\ (?:more|full|
                further)\ (?:information|details|news|on|coverage|stories)\b|
        visit\ (?:our|the\ website|us)\b|this\ (?:article|story|content|material|video|report|
                post|op-ed)\s+
        (?:was|has|is|may|originally|first|appeared)\b|(?:last\ )?(?:updated?|published|
                posted|modified)\s*(?:on|at|:)|
        (?:updated?|published)\s+\d|(?:the\ )?opinions?\ expressed|the\ views\ expressed|
        editor['’]?s?\ note|correction\b.{0,12}:|disclaimer|breaking\s*:|video\s*(?::|\()|
                listen\b.{0,16}:|
        get\ (?:the\ (?:latest|best)|our|breaking)\b|stay\ (?:up|tuned|informed|connected)\b|
        support\ (?:our|us)\b|donate\b|more\ (?:from|on|about|like\ this)\b.{0,40}(?::|$)|
        cookies?\b|please\ (?:enter|try|note|subscribe|sign|enable|click|read|visit|contact|
                provide|email)\b|
        we\ (?:use|have\ sent|will\ send)\b|you\ (?:can|may)\ (?:unsubscribe|find|also\ read|
                read)\b|
        by\ (?-i:[A-Z])[\w.'’-]+(?:\s+(?-i:[A-Z])[\w.'’-]+){1,3}(?:,|\.?$)|
                (?:what\ you\ need\ to\ know))"""
    ),
    dateline=pattern(
        r"""(?-i:[A-Z][A-Za-z.'’-]*(?:[\s/][A-Z][A-Za-z.'’-]*){0,3})
        (?:,\s*(?-i:[A-Z][A-Za-z.]+))?
        (?:,?\s*(?:\w{3,9}\.?\s*\d{1,2}|\d{1,2}\s+\w{3,9}\.?)(?:,?\s*\d{4})?)?\s*
        (?:\(\s*[\w\s./&-]{2,30}\)|
                /[\w\s.]{2,20}/)?\s*[-–—:.]*\s*(?:(?-i:[A-Z])[\w\s]{1,20}\.?)?""",
    ),
)
