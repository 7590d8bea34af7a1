"""Small programs people ask for first; each is complete and runs. Others get a skeleton with a test."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playground.sandbox.answers.question import Answer, Question
from playground.sandbox.answers.topic import topic

_ASKED = re.compile(
    r"\b(?:write|implement|code|create|show|give)\b.*\b(?:function|program|code|script in python|class|"
    r"algorithm|query|regex|component|page|snippet|python|javascript|html|sql)\b"
    r"|(?:写|实现|编写|给).*(?:函数|代码|程序|算法|网页|页面|正则|查询|类)",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class Program:
    pattern: re.Pattern[str]
    language: str
    code: str
    english: str
    chinese: str


def _program(pattern: str, language: str, code: str, english: str, chinese: str) -> Program:
    return Program(re.compile(pattern, re.I), language, code.strip("\n"), english, chinese)


_PROGRAMS = (
    _program(
        r"fibonacci|斐波那契",
        "python",
        '''
from collections.abc import Iterator


def fibonacci() -> Iterator[int]:
    """Yield 0, 1, 1, 2, 3, 5, ... without end."""
    current, following = 0, 1
    while True:
        yield current
        current, following = following, current + following


def nth(n: int) -> int:
    numbers = fibonacci()
    for _ in range(n):
        next(numbers)
    return next(numbers)


assert [nth(n) for n in range(8)] == [0, 1, 1, 2, 3, 5, 8, 13]
''',
        "Two names instead of a list: memory stays constant, time is $O(n)$.",
        "用两个变量代替列表：内存恒定，时间 $O(n)$。",
    ),
    _program(
        r"revers|反转|倒序",
        "python",
        '''
def reverse(text: str) -> str:
    """Return the text backwards."""
    return text[::-1]


assert reverse("sandbox") == "xobdnas"
assert reverse("") == ""
''',
        "The slice works on any sequence. Accents made of two code points would come apart; normalise to NFC first.",
        "切片适用于任何序列。由两个码点组成的重音字符会被拆开，应先做 NFC 归一化。",
    ),
    _program(
        r"\bprimes?\b|素数|质数",
        "python",
        '''
def primes(below: int) -> list[int]:
    """Return the primes under `below`, by the sieve of Eratosthenes."""
    is_prime = [False, False] + [True] * (below - 2)
    for number in range(2, int(below**0.5) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = [False] * len(is_prime[number * number :: number])
    return [number for number, prime in enumerate(is_prime[:below]) if prime]


assert primes(20) == [2, 3, 5, 7, 11, 13, 17, 19]
''',
        "Crossing out starts at the square: smaller multiples are gone already. $O(n \\log \\log n)$.",
        "从平方处开始划去：更小的倍数已被划掉。$O(n \\log \\log n)$。",
    ),
    _program(
        r"fizz\s?buzz",
        "python",
        """
def fizzbuzz(number: int) -> str:
    word = ("Fizz" if number % 3 == 0 else "") + ("Buzz" if number % 5 == 0 else "")
    return word or str(number)


assert [fizzbuzz(n) for n in (1, 3, 5, 15)] == ["1", "Fizz", "Buzz", "FizzBuzz"]
""",
        "Both words are built independently, so 15 needs no case of its own.",
        "两个词各自判断，15 无需单独处理。",
    ),
    _program(
        r"quick\s?sort|sort(?:ing)? algorithm|快速排序|快排|排序",
        "python",
        '''
from random import choice


def quicksort(items: list[int]) -> list[int]:
    """Return the items in ascending order; the input stays as it is."""
    if len(items) < 2:
        return items
    pivot = choice(items)
    return (
        quicksort([item for item in items if item < pivot])
        + [item for item in items if item == pivot]
        + quicksort([item for item in items if item > pivot])
    )


assert quicksort([3, 1, 2, 3, 0]) == [0, 1, 2, 3, 3]
''',
        "Average $O(n \\log n)$; the random pivot makes the quadratic case unlikely. In real programs use `sorted`.",
        "平均 $O(n \\log n)$；随机基准使最坏情况罕见。实际程序请用 `sorted`。",
    ),
    _program(
        r"binary search|二分",
        "python",
        '''
def find(items: list[int], wanted: int) -> int | None:
    """Return the place of `wanted` in the sorted list, or None."""
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == wanted else None


assert find([1, 3, 5, 7], 5) == 2
assert find([1, 3, 5, 7], 4) is None
''',
        "The half-open range `low <= place < high` avoids the usual off-by-one mistakes.",
        "半开区间 `low <= 位置 < high` 可避免常见的差一错误。",
    ),
    _program(
        r"palindrome|回文",
        "python",
        '''
def is_palindrome(text: str) -> bool:
    """Does the text read the same both ways, ignoring case and punctuation?"""
    letters = [letter.casefold() for letter in text if letter.isalnum()]
    return letters == letters[::-1]


assert is_palindrome("A man, a plan, a canal: Panama")
assert is_palindrome("上海自来水来自海上")
''',
        "`casefold` compares letters across languages better than `lower`.",
        "`casefold` 在多语言下比 `lower` 更可靠。",
    ),
    _program(
        r"debounce|防抖",
        "javascript",
        """
export function debounce(act, wait = 200) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), wait);
  };
}
""",
        "Every call resets the clock; only the last one within the wait acts.",
        "每次调用都会重置计时，等待期内只有最后一次生效。",
    ),
    _program(
        r"\bsql\b|query|查询",
        "sql",
        """
SELECT customer.name,
       COUNT(*)          AS orders,
       SUM(orders.total) AS revenue
FROM customer
JOIN orders ON orders.customer_id = customer.id
WHERE orders.placed_on >= DATE '2026-01-01'
GROUP BY customer.id, customer.name
HAVING SUM(orders.total) > 1000
ORDER BY revenue DESC
LIMIT 10;
""",
        "`WHERE` filters rows before grouping, `HAVING` filters groups after it. An index on "
        "`(customer_id, placed_on)` helps.",
        "`WHERE` 在分组前过滤行，`HAVING` 在分组后过滤组。为 `(customer_id, placed_on)` 建索引会有帮助。",
    ),
    _program(
        r"html|web ?page|landing page|网页|页面",
        "html",
        """
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Hello</title>
    <style>
      body { font: 1rem/1.6 system-ui; max-width: 60ch; margin: 3rem auto; padding: 0 1rem; }
      button { padding: .5rem 1rem; }
    </style>
  </head>
  <body>
    <h1>Hello</h1>
    <p>Pressed <output id="count">0</output> times.</p>
    <button type="button">Press</button>
    <script type="module">
      let count = 0;
      document.querySelector("button").addEventListener("click", () => {
        document.querySelector("#count").value = ++count;
      });
    </script>
  </body>
</html>
""",
        "One file, no build: save it and open it in a browser.",
        "单个文件，无需构建：保存后用浏览器打开即可。",
    ),
    _program(
        r"regex|regular expression|正则",
        "python",
        r"""
import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

assert EMAIL.findall("Write to ada@example.com or bob@example.org.") == ["ada@example.com", "bob@example.org"]
""",
        "Good for finding addresses in a text; to know whether one is real, send it a message.",
        "适合在文本中查找邮箱；若要确认真伪，请发一封信。",
    ),
)
_OPENINGS: Mapping[str, str] = {
    "python": 'def solve(data: list[str]) -> dict[str, int]:\n    """Count how often each item occurs."""\n    '
    "counts: dict[str, int] = {}\n"
    "    for item in data:\n        counts[item] = counts.get(item, 0) + 1\n    return "
    'counts\n\n\nassert solve(["a", "b", "a"]) == {"a": 2, "b": 1}',
    "javascript": "export function solve(data) {\n  const counts = new Map();\n  for (const item of data) "
    "counts.set(item, (counts.get(item) ?? 0) + 1);\n  return counts;\n}",
}


def answer(question: Question) -> Answer | None:
    """Return a known program, or a skeleton that runs, when code is asked for."""
    if not _ASKED.search(question.text):
        return None
    say = question.say
    known = next((program for program in _PROGRAMS if program.pattern.search(question.text)), None)
    if known is not None:
        return Answer(
            f"```{known.language}\n{known.code}\n```\n\n{say(known.english, known.chinese)}",
            (
                say("Code is wanted: short, complete, with a check.", "需要代码：简短、完整、带自检。"),
                say("Edge cases: empty input, one item, equal items.", "边界：空输入、单个元素、相等元素。"),
            ),
        )
    language = "javascript" if question.asks("javascript", "js", "typescript", "node") else "python"
    about = topic(question.text, chinese=question.chinese)
    return Answer(
        say(
            f"The sandbox has no program for *{about}* in store. Here is a skeleton in its place, small and "
            "with a check of its own:",
            f"沙盒没有现成的“{about}”程序。先给出一个可运行、带自检的骨架：",
        )
        + f"\n\n```{language}\n{_OPENINGS[language]}\n```\n\n"
        + say(
            "Name the input and the output of yours in one sentence each; the code follows from them.",
            "请各用一句话写明输入与输出，代码自然随之而来。",
        ),
        (say("Nothing in store fits; a skeleton is more honest than a guess.", "没有现成的程序；给骨架比瞎猜诚实。"),),
    )
