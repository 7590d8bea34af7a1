"""What people asked and models answered on the pictures. Invented, with sums that are right."""

# ruff: noqa: E501 - lines of prose, as they are written

from dataclasses import dataclass

ANALYST = (
    "You are an analyst for Northwind Research. Show formulas before numbers, state every assumption, and give amounts "
    "in CNY. Mark anything you could not verify."
)
SPEEDS = {"GLM-4.5-Air": 88, "GLM-Z1-Air": 74, "GLM-4.7-FlashX": 121, "GLM-Z1-FlashX": 103, "GLM-4-FlashX-250414": 140}


@dataclass(frozen=True, slots=True)
class Said:
    """A question with its answer. Prompt tokens 0: as many as the question has."""

    question: str
    answer: str
    thinking: str
    prompt_tokens: int = 0
    cached_tokens: int = 0


BREAK_EVEN = Said(
    "Estimate the break-even volume for the LFP line. Grade 16% LCE, recovery 92%, variable cost ¥6,400/t, fixed cost "
    "¥18 M a year. Use a lithium carbonate price of ¥74,200/t, then give the formula, a sensitivity table and a short "
    "Python check.",
    r"""At a price of **¥74,200 per tonne**, the line breaks even at about **3,980 t of black mass a year**. Each tonne of
feed returns the price times grade times recovery, less the variable cost:

$$Q^{*} = \frac{F}{p\,g\,y - c} = \frac{18{,}000{,}000}{74{,}200 \times 0.16 \times 0.92 - 6{,}400} \approx 3{,}980\ \text{t/yr}$$

| Price, ¥/t | Margin, ¥/t feed | Break-even, t/yr | Change |
|---|---:|---:|---:|
| 60,000 | 2,432 | 7,401 | +86% |
| **74,200** | **4,522** | **3,980** | **base** |
| 90,000 | 6,848 | 2,629 | −34% |

```python
def break_even(price, fixed=18e6, grade=0.16, recovery=0.92, variable=6_400):
    '''Tonnes of black mass a year at which the line covers its fixed cost.'''
    margin = price * grade * recovery - variable
    return fixed / margin

for p in (60_000, 74_200, 90_000):
    print(f"{p:>7,} CNY/t   {break_even(p):>6,.0f} t")
```

The price is the one you gave; I did **not** verify it against a market series.
""",
    """The user wants the volume at which the margin covers the fixed cost. Margin per tonne of feed is price × grade ×
recovery − variable cost.

74,200 × 0.16 × 0.92 = 10,922.24. Less 6,400 leaves 4,522.24. 18,000,000 / 4,522.24 = 3,980.3.

For the table: 60,000 gives 8,832 − 6,400 = 2,432, so 7,401 t. 90,000 gives 13,248 − 6,400 = 6,848, so 2,629 t. The
price is by far the strongest lever; say so with the change in percent.""",
    prompt_tokens=16_412,
    cached_tokens=1_024,
)
RECOVERY = Said(
    "How exposed are we if recovery slips to 85%? One paragraph.",
    "At 85% recovery the margin falls from ¥4,522 to **¥3,691 per tonne of feed**, so break-even rises to about **4,876 t "
    "a year**: 23% more volume for a seven-point loss in yield. Because the variable cost does not fall with recovery, "
    "the loss goes straight into the margin, and a price fall at the same time would compound it.",
    "Recovery is y in the formula. Keep price and grade fixed: 74,200 × 0.16 × 0.85 = 10,091.2. Less 6,400 leaves "
    "3,691.2 per tonne. 18,000,000 / 3,691.2 = 4,876.\n\nRatio to base: 4,876 / 3,980 = 1.225, so about 23% more volume.",
    prompt_tokens=17_016,
    cached_tokens=16_384,
)
REFACTOR = Said(
    "This parser reads the whole invoice file into memory. Make it stream, keep the signature.",
    """Read line by line and yield; memory then stays flat whatever the size of the file:

```python
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
import csv


def invoices(path: Path) -> Iterator[tuple[str, Decimal]]:
    \"\"\"Number and amount of each invoice, one row at a time.\"\"\"
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["number"], Decimal(row["amount"])
```

Three things change for the caller:

1. The result is an **iterator**: it can be walked once. `list(invoices(path))` gives the old behaviour.
2. A broken row raises where it stands, after the good rows before it were handed over.
3. The file stays open while you iterate, so do not delete it inside the loop.

> `Decimal(row["amount"])` refuses `1,204.50`. If your files have thousands separators, strip them first.
""",
    "",
    prompt_tokens=812,
)
OPS_ZH = Said(
    "从下面的运营周会记录里提炼行动项，给出负责人、截止日期和风险，最后附上第一项的 JSON。记录：周敏跟进清关加急通道，周三前答复；"
    "何川核对超时赔付，1,860 单，平均客单价 168 元，按 8% 计；退款阈值 200 元要不要调整，没有定人。",
    """从记录中可以提炼出 **3 项行动**，其中**“退款阈值”**一项没有负责人：

| 行动项 | 负责人 | 截止 | 风险 |
|---|---|---|:---:|
| 与清关行确认加急通道 | 周敏 | 11 月 25 日 | 高 |
| 核对超时赔付（1,860 单） | 何川 | 11 月 27 日 | 中 |
| 复核退款阈值（人民币 200 元） | 待定 | — | 高 |

按会议口径，已发生的赔付约为 1,860 × 168 × 8% ≈ **¥24,998**。**注意：**记录中没有提到最后一项的负责人，我已标为“待定”，请在会后确认。

```json
{
  "owner": "周敏",
  "task": "与清关行确认加急通道",
  "due": "2026-11-25",
  "risk": "high"
}
```
""",
    "记录里写明：超时 1,860 单，平均客单价 168 元，超时赔付比例按 8% 计。1,860 × 168 = 312,480，再乘 8% 得 24,998.4。\n\n"
    "截止日期：周三是 11 月 25 日；何川的一项没有明确日期，按本周五 11 月 27 日。退款阈值没有定人，写“待定”。",
    prompt_tokens=5_612,
)
CHINESE_EMPHASIS = Said(
    "客服回复“请您耐心等待”会不会太生硬？给两个更好的说法。",
    "会，因为它只提要求，不给信息。可以换成：\n\n1. **“我已经催了仓库，今天 18 点前给您准信。”**说明谁在做、什么时候有结果。\n"
    "2. **“让您久等了。”**先道歉，再说下一步。\n\n**注意：**没有把握的时间不要承诺。",
    "用户想要更自然的客服话术。原句的问题是没有信息。给两个替代说法，并提醒不要承诺没有把握的时间。",
)
CHINESE_EMPHASIS_AGAIN = Said(
    "",
    "有一点。**“请您耐心等待”**把责任推给了客户。两个更好的说法：\n\n- “抱歉让您久等，**您的订单已经出库**，明天上午送到。”\n"
    "- “我先帮您登记，**两小时内回电**，您不用一直等在线上。”",
    "原句让客户等，却没有说明原因和时间。换成先说进度，再给出明确的时间。",
)
RESUME = Said(
    "Score this CV against the vacancy for a data platform lead: 11 years of Python, 4 of Spark, led a team of 6, no Kafka.",
    "**Score: 74 of 100.** Strong on the language and on leading people, weak on streaming.\n\n| Part | Weight | Points |\n"
    "|---|---:|---:|\n| Python, 8 years or more | 30 | 30 |\n| Batch processing with Spark | 25 | 22 |\n| Leading 5 people or more | 25 | 22 |\n"
    "| Streaming with Kafka | 20 | 0 |\n\nQuestions for the interview: how did the team",
    "Weights are not given, so take them from the order in the vacancy and say so.",
)
CLAUSES = Said(
    "Compare the liability clause in both languages. EN: “liability is limited to the fees paid in the preceding twelve "
    "months”. ZH：“赔偿责任以最近十二个月已付费用为限，但故意或重大过失除外”。",
    "They differ in one point. The Chinese text **excludes intent and gross negligence** from the limit "
    "（“故意或重大过失除外”）; the English text has no such exception. If both versions are equally binding, a court will "
    "have to choose; add the exception to the English clause or a sentence on which language prevails.",
    "",
)
NIGHT_FERRY = Said(
    "Outline episode three of “The Night Ferry” in five scenes.",
    "1. **The empty deck.** Ines counts the life jackets: one is missing, and nobody has left the ship.\n2. **The logbook.** The "
    "captain's hand changes half way down the page. He says it was the swell.\n3. **The harbour that is not on the chart.** They",
    "Five scenes, one turn each. Keep the missing jacket from episode two alive.",
)
MACROS = Said(
    "Write a macro for a late parcel, two sentences, no promise we cannot keep.",
    "Your parcel is later than we said, and we are sorry. We have asked the carrier where it is and write again today.",
    "",
)
COHORTS = Said(
    "SQL for cohort retention by channel, Postgres.",
    "```sql\nselect channel,\n       date_trunc('month', first_seen) as cohort,\n       count(*) filter (where active_days >= 30) * 1.0 / count(*) as kept\n"
    "from users\ngroup by 1, 2\norder by 2, 1;\n```",
    "",
)
SWAHILI = Said(
    "Ten Swahili seed sentences about the market.",
    "1. Ninaenda sokoni kesho asubuhi.\n2. Bei ya ndizi imepanda.",
    "Plain sentences.",
)
TAGGING = Said(
    "Tag this ticket with one of: delivery, refund, product, other. “The lid does not close.”", "product", ""
)
TAGGING_MORE = "And this one: “I was charged twice.”"
WEEKLY = Said(
    "Summarise the meeting in three lines.", "Stock is back. Two carriers are late. The refund rule waits.", ""
)

FAULTS = (
    "/sandbox rate-limit Compare the two supplier offers",
    "/sandbox balance Estimate the break-even volume",
    "/sandbox auth Estimate the break-even volume",
    "/sandbox context Summarise these forty contracts",
    "/sandbox filter Write a product text",
    "/sandbox 500 List three risks of the plan",
    "/sandbox overloaded List three risks of the plan",
    "/sandbox error Explain the margin in one paragraph",
    "/sandbox network Explain the margin in one paragraph",
    "/sandbox length Prove the formula",
)
SILENT_QUESTION = "Explain the margin in one paragraph"
# What this server itself notices, by its own deadlines.
SILENCES = (
    ("first_byte_timeout", ""),
    ("connect_failed", ""),
)
PAPERS = (
    "Sulfide glasses with halide doping",
    "Garnet thin films by tape casting",
    "Argyrodites under low pressure",
    "Polymer in ceramic composites",
    "Halide electrolytes in humid air",
    "Grain boundaries in LLZO",
    "Dendrites at 5 mA per square centimetre",
    "Cold sintering of NASICON",
    "Dry electrodes with PTFE",
    "Interfaces by atomic layer deposition",
    "Sodium closoborates",
    "Anode-free cells over 500 cycles",
    "Stack pressure and void growth",
    "Roll-to-roll sulfide separators",
)


def paper_row(number: int, paper: str) -> str:
    """An answer with one row about a paper."""
    return (
        f"| Paper | Method | Finding | mS/cm | Cycles |\n|---|---|---|---:|---:|\n| {paper} | impedance, "
        f"{25 + number * 5 % 40} °C | conductivity holds, interface ages first | {1.2 + number * 0.3:.1f} | {200 + number * 40} |\n\n"
        "Not stated in the abstract: sample count and error."
    )


def measurements(rows: int) -> str:
    """A table of four sensors, longer than most models read."""
    lines = ["second,a,b,c,d"]
    for row in range(rows):
        values = (20 + (row * step) % 97 / 10 for step in (3, 7, 11, 13))
        lines.append(",".join([str(row), *(f"{value:.2f}" for value in values)]))
    return "\n".join(lines)
