"""Examples of statuses and of what surrounds them."""

from __future__ import annotations

from msgspec import structs

from tests.contract.examples_people import (
    HOME,
    T0,
    T1,
    T2,
    account,
    collection,
    emoji,
    moved_account,
    shallow_tag,
    usage_day,
)
from torg.mastodon_api import entities as e
from torg.mastodon_api.entities.by_line import ByFace, ByLine

media_focus = e.MediaFocus(x=-0.27, y=0.51)
media = e.MediaAttachment(
    id="117000000000000040",
    type="image",
    url=f"{HOME}/media/40.jpeg",
    preview_url=f"{HOME}/media/40_small.jpeg",
    remote_url=None,
    meta=e.MediaMeta(
        original=e.MediaSize(width=640, height=480, size="640x480", aspect=1.3333333333333333),
        small=e.MediaSize(width=461, height=346, size="461x346", aspect=1.3323699421965318),
        focus=media_focus,
    ),
    description="Brunnen på torget",
    blurhash="UFBWY:8_0Jxv4mx]t8t64.%M-:IUWGWAt6M}",
)
video = e.MediaAttachment(
    id="117000000000000041",
    type="video",
    url=None,
    preview_url=None,
    remote_url=None,
    meta=e.MediaMeta(
        length="0:01:28.65",
        duration=88.65,
        fps=24,
        size="1280x720",
        width=1280,
        height=720,
        aspect=1.7777777777777777,
        audio_encode="aac",
        audio_bitrate="44100 Hz",
        audio_channels="stereo",
        original=e.MediaSize(width=1280, height=720, frame_rate="24/1", duration=88.654, bitrate=862056),
    ),
    description=None,
    blurhash=None,
)
poll = e.Poll(
    id="117000000000000050",
    expires_at=T2,
    expired=False,
    multiple=True,
    votes_count=3,
    voters_count=2,
    options=[e.PollOption(title="Ja", votes_count=2), e.PollOption(title="Nej :fika:", votes_count=None)],
    emojis=[emoji],
    voted=True,
    own_votes=[0],
)
card_author = e.PreviewCardAuthor(name="Anna Åkesson", url="https://anna.example", account=account)
card = e.PreviewCard(
    url="https://tidning.example/torget",
    title="“Torget” är till för alla",
    description="",
    type="link",
    authors=[card_author],
    author_name="Anna Åkesson",
    author_url="https://anna.example",
    provider_name="Tidningen",
    provider_url="https://tidning.example",
    html="",
    width=640,
    height=480,
    image=f"{HOME}/media/card.jpeg",
    embed_url="",
    blurhash=None,
    missing_attribution=False,
    published_at="1772323200",
)
trends_link = e.TrendsLink(**structs.asdict(card), history=[usage_day])
filter_keyword = e.FilterKeyword(id="1197", keyword="spoiler", whole_word=True)
filter_status = e.FilterStatus(id="5", status_id="117000000000000010")
filter_ = e.Filter(
    id="19972",
    title="Inga avslöjanden",
    context=["home", "notifications", "public", "thread", "account"],
    expires_at=None,
    filter_action="blur",
    keywords=[filter_keyword],
    statuses=[filter_status],
)
filter_result = e.FilterResult(
    filter=structs.replace(filter_, keywords=e.UNSET, statuses=e.UNSET),
    keyword_matches=["spoiler"],
    status_matches=None,
)
v1_filter = e.V1Filter(
    id="1197", phrase="spoiler", context=["home"], expires_at=T2, irreversible=False, whole_word=True
)
mention = e.StatusMention(
    id=moved_account.id, username="bjorn", url="https://fjarran.example/@bjorn", acct="bjorn@fjarran.example"
)
quote_approval = e.QuoteApproval(automatic=["followers"], manual=["public"], current_user="manual")
base = e.StatusBase(
    id="117000000000000010",
    uri=f"{HOME}/users/anna/statuses/117000000000000010",
    created_at=T1,
    account=account,
    content='<p>Hej <span class="h-card">@bjorn</span> &amp; alla på #torg!</p>',
    visibility="public",
    sensitive=False,
    spoiler_text="",
    media_attachments=[media, video],
    mentions=[mention],
    tags=[shallow_tag],
    emojis=[emoji],
    reblogs_count=1,
    favourites_count=2,
    quotes_count=0,
    replies_count=3,
    url=f"{HOME}/@anna/117000000000000010",
    in_reply_to_id="117000000000000009",
    in_reply_to_account_id="117000000000000002",
    poll=poll,
    card=card,
    language="sv",
    edited_at=T2,
    quote_approval=quote_approval,
    tagged_collections=[collection],
    application=e.StatusApplication(name="Torg", website=None),
    favourited=True,
    reblogged=False,
    muted=False,
    bookmarked=True,
    pinned=False,
    filtered=[filter_result],
    by=ByLine(
        initials="BÅ",
        display_name="Björn Ås",
        account=ByFace(id="117000000000000002", username="bjorn", acct="bjorn", url=f"{HOME}/@bjorn"),
    ),
    group_id="117000000000000031",
)
plain = structs.replace(
    base,
    id="117000000000000011",
    content="<p>Enkelt.</p>",
    media_attachments=[],
    mentions=[],
    tags=[],
    emojis=[],
    in_reply_to_id=None,
    in_reply_to_account_id=None,
    poll=None,
    card=None,
    language=None,
    edited_at=None,
    tagged_collections=[],
    application=e.UNSET,
    favourited=e.UNSET,
    reblogged=e.UNSET,
    muted=e.UNSET,
    bookmarked=e.UNSET,
    pinned=e.UNSET,
    filtered=e.UNSET,
    by=e.UNSET,
    group_id=e.UNSET,
)
shallow_quote = e.ShallowQuote(state="accepted", quoted_status_id="117000000000000008")
quoted_status = e.QuotedStatus(**structs.asdict(plain), quote=shallow_quote)
quote = e.Quote(state="accepted", quoted_status=quoted_status)
plain_status = e.Status(**structs.asdict(plain), reblog=None, quote=None)
status = e.Status(**structs.asdict(base), reblog=None, quote=quote)
boost = structs.replace(plain_status, id="117000000000000012", reblog=status)
deleted_status = structs.replace(plain_status, text="Enkelt.")

context = e.Context(ancestors=[plain_status], descendants=[])
status_edit = e.StatusEdit(
    content="<p>Första utkastet</p>",
    spoiler_text="",
    sensitive=False,
    created_at=T0,
    account=account,
    media_attachments=[media],
    emojis=[],
    poll=e.StatusEditPoll(options=[e.StatusEditOption(title="Ja"), e.StatusEditOption(title="Nej")]),
    quote=None,
)
status_source = e.StatusSource(id=base.id, text="Hej @bjorn & alla på #torg!", spoiler_text="")
translation = e.Translation(
    content="<p>Hello</p>",
    spoiler_text="",
    language="en",
    media_attachments=[e.TranslationAttachment(id=media.id, description="The well on the square")],
    detected_source_language="sv",
    provider="Tolken",
    poll=e.TranslationPoll(id=poll.id, options=[e.TranslationOption(title="Yes"), e.TranslationOption(title="No")]),
)
scheduled_status = e.ScheduledStatus(
    id="3221",
    scheduled_at=T2,
    params=e.ScheduledParams(
        text="God morgon",
        poll=e.ScheduledPoll(options=["Ja", "Nej"], expires_in=3600, multiple=False, hide_totals=True),
        media_ids=[media.id],
        sensitive=None,
        spoiler_text=None,
        visibility="private",
        in_reply_to_id=117000000000000009,
        language="sv",
        application_id=3,
        idempotency="torg-1",
    ),
    media_attachments=[media],
)
preferences = e.Preferences(
    visibility="public",
    sensitive=False,
    language="sv",
    quote_policy="public",
    expand_media="default",
    expand_spoilers=True,
)
conversation = e.Conversation(id="418450", unread=True, accounts=[account], last_status=plain_status)
search = e.Search(accounts=[account], statuses=[plain_status], hashtags=[])
