"""Addresses of pages that differ only in how somebody came to them."""

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

#: Parameters that say how a reader came to a page and never which page it is. The published list
#: that they are from is AdGuard's "URL Tracking Protection", section `general_url` (rules that hold
#: on every site), as of 2023, less the names that some site may use for a page itself ("var",
#: "cuid", "maf", "gci"). Beside it: what feeds and newsletters of our languages carry.
TRACKING = frozenset(
    name
    for names in (
        # advertisers' click numbers
        "fbclid gclid gclsrc gbraid wbraid msclkid twclid yclid ysclid rtkcid sscid irclickid",
        "rb_clickid wickedid admitad_uid tduid awc erid aiad_clid external_click_id famad_xuid",
        "ir_campaignid ir_adid ir_partnerid irgwc gps_adid unicorn_click_id mindbox-click-id",
        # newsletters, analytics, campaigns
        "_ga _gl mc_eid mkt_tok mindbox-message-key _kx vero_conv vero_id oly_anon_id oly_enc_id",
        "ml_subscriber ml_subscriber_hash user_email_address s_cid xtor cmpid wt_mc _openstat",
        "__hsfp __hssc __hstc _hsenc hsctatracking _clde _cldee usqp _branch_match_id vc_lpp",
        "__io_lv _io_session_id cx_click cx_recsorder cx_recswidget cm_me cm_cr nx_source",
        "guccounter guce_referrer guce_referrer_sig _zucks_suid _sgm_campaign _sgm_source",
        "_sgm_action ebisadid oprtrack asgtbndr adfrom",
        "action_object_map action_ref_map action_type_map",
        "fb_action_ids fb_action_types fb_comment_id fb_ref fb_source",
        # not in that section: Google's display click, Mailchimp's campaign, HubSpot's message,
        # Instagram's share, TikTok's click; AT Internet's and comScore's marks, which broadcasters
        # put into every link of their feeds; Alibaba's and Bilibili's
        "dclid mc_cid _hsmi igshid ttclid",
        "at_medium at_campaign at_link_id at_link_type at_link_origin at_ptr_name at_bbc_team",
        "at_format at_custom1 at_custom2 at_custom3 at_custom4",
        "ns_mchannel ns_source ns_campaign ns_linkname ns_fee",
        "spm vd_source from_spmid spm_id_from",
    )
    for name in names.split()
)
#: Families, of which that section lists dozens each: Google's, HubSpot's, Matomo's, Parse.ly's,
#: Blueshift's, Adjust's, DPG's, Coremetrics'.
TRACKING_PREFIXES = ("utm_", "hsa_", "mtm_", "pk_", "itm_", "bsft_", "adjust_", "dpg_", "cm_mmc")

_PORTS = {"http": 80, "https": 443}
#: What RFC 3986 lets stand unescaped anywhere in a path or a query.
_PLAIN = "!$&'()*+,;=:@/-._~"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical(url: str) -> str:
    """Return an address in the form in which two ways to one page are equal; for comparing only.

    Scheme and host in lower case; without fragment, default port, tracking parameters, and the
    slash behind a host alone; escapes in one spelling. The order of what is left of the query
    stays: for some sites it matters. What is no http or https address is returned as it is.
    Idempotent. The fragment stays where it is the page ("#!/news/1").
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme
    if scheme not in _PORTS or not parts.hostname:
        return url
    host = parts.hostname.rstrip(".")
    if not host:
        return url
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[scheme]:
        netloc += f":{port}"
    path = _escaped(parts.path, keep="") or "/"
    query = "&".join(
        _escaped(pair, keep="?") for pair in parts.query.split("&") if pair and not _tracks(pair)
    )
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, netloc, path, query, _escaped(fragment, keep="?#")))


def _tracks(pair: str) -> bool:
    name = unquote(pair.partition("=")[0]).strip().lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _escaped(text: str, *, keep: str) -> str:
    """Return text with what needs an escape escaped, and nothing else; escapes in capitals."""
    # Existing escapes are kept apart: "%2F" is not "/", and "%25" must not become "%".
    pieces = _ESCAPE.split(text)
    out = [quote(pieces[0], safe=_PLAIN + keep, errors="replace")]
    for code, rest in zip(pieces[1::2], pieces[2::2], strict=True):
        char = chr(int(code, 16))
        out.append(char if char in _UNRESERVED else f"%{code.upper()}")
        out.append(quote(rest, safe=_PLAIN + keep, errors="replace"))
    return "".join(out)
