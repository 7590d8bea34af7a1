"""Answers that show a shape: tables, code, formulas. Behind `/sandbox table`, `code` and `math`."""

from playground.sandbox.answers.question import Answer, Question, table


def tables(question: Question) -> Answer:
    """Two tables: alignment, numbers, inline marks, an escaped bar, a wide one."""
    say = question.say
    planets = [
        [say("Mercury", "水星"), "0.39", "88", "0"],
        [say("Venus", "金星"), "0.72", "225", "0"],
        [say("Earth", "地球"), "1.00", "365.25", "1"],
        [say("Mars", "火星"), "1.52", "687", "2"],
        [say("Jupiter", "木星"), "5.20", "4,333", "95"],
    ]
    header = [
        say("Planet", "行星"),
        say("Distance (au)", "距离（天文单位）"),
        say("Year (days)", "公转（天）"),
        say("Moons", "卫星"),
    ]
    wide = [[f"`{row}`", *(f"{row * column}" for column in range(1, 11))] for row in range(1, 6)]
    aligned = (
        f"| {say('left', '左')} | {say('middle', '中')} | {say('right', '右')} |\n| :--- | :---: | ---: |"
        f"\n| `a \\| b` | **{say('bold', '粗体')}** | 1,234.50 |\n| *{say('slanted', '斜体')}* | "
        f"~~{say('gone', '删除')}~~ | −7 |"
    )
    return Answer(
        f"## {say('Planets', '行星')}\n\n{table(header, planets)}\n\n## "
        f"{say('Alignment and marks', '对齐与标记')}\n\n{aligned}\n\n"
        f"## {say('A wide one', '宽表')}\n\n{table(['×', *map(str, range(1, 11))], wide)}",
        (say("Tables are wanted: a plain one, an aligned one, a wide one.", "需要表格：普通、对齐、宽表各一。"),),
    )


def code(question: Question) -> Answer:
    """Code in several languages, inline code, and a fence inside a fence."""
    say = question.say
    return Answer(
        say("The same idea in four languages.", "同一个想法，四种语言。")
        + '\n\n```python\ndef greet(name: str = "world") -> str:\n    """Say hello."""\n    return f"Hello, '
        '{name}!"\n\n\nprint(greet())\n```\n\n'
        '```javascript\nexport const greet = (name = "world") => `Hello, ${name}!`;\nconsole.log(greet());\n```\n\n'
        '```rust\nfn greet(name: &str) -> String {\n    format!("Hello, {name}!")\n}\n\nfn main() {\n    '
        'println!("{}", greet("world"));\n}\n```\n\n'
        "```sql\nSELECT 'Hello, ' || name || '!' AS greeting FROM people WHERE id = 1;\n```\n\n"
        + say(
            'Inline: `x <- y && z`, and HTML as text: `<b onclick="…">`.',
            '行内代码：`x <- y && z`，以及作为文本的 HTML：`<b onclick="…">`。',
        )
        + '\n\n```diff\n- return "Hello"\n+ return f"Hello, {name}!"\n```\n\n````markdown\n```text\n'
        + say("a fence inside a fence", "围栏中的围栏")
        + "\n```\n````",
        (say("Code blocks in several languages, marked with their names.", "多种语言的代码块，并标注语言。"),),
    )


def mathematics(question: Question) -> Answer:
    """Formulas inline and displayed, in both kinds of marks."""
    say = question.say
    return Answer(
        f"## {say('The quadratic formula', '求根公式')}\n\n"
        + say("For $ax^2 + bx + c = 0$ with $a \\neq 0$:", "对于 $ax^2 + bx + c = 0$（$a \\neq 0$）：")
        + "\n\n$$x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n\n"
        + say("**Why:** divide by $a$, complete the square, take the root:", "**推导：** 两边除以 $a$，配方，开方：")
        + "\n\n\\[\n\\left(x + \\frac{b}{2a}\\right)^2 = \\frac{b^2 - 4ac}{4a^2}\n\\]\n\n"
        + f"## {say('A sum and an integral', '求和与积分')}\n\n$$\\sum_{{k=1}}^{{n}} k = \\frac{{n(n+1)}}{{2}} \\qquad "
        "\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}$$\n\n"
        + say("A matrix: ", "矩阵：")
        + "\\(\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}\\). "
        + say("And money, which is no formula: it costs $5 or $10.", "还有不是公式的金额：价格是 $5 或 $10。"),
        (
            say("Formulas: one inline, several displayed.", "公式：行内与独立成行。"),
            say("$b^2 - 4ac$ decides how many real roots there are.", "$b^2 - 4ac$ 决定实根个数。"),
        ),
    )
