"""Job matching: reads a CV beside a vacancy, puts a number on the fit and says where it comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playground.sandbox.answers.question import Answer, Question, numbered, shorten, table

_SKILLS = (
    *(
        "python",
        "java",
        "javascript",
        "typescript",
        "c++",
        "c#",
        "go",
        "golang",
        "rust",
        "php",
        "ruby",
        "kotlin",
        "swift",
    ),
    *(
        "scala",
        "sql",
        "postgresql",
        "mysql",
        "redis",
        "mongodb",
        "kafka",
        "spark",
        "hadoop",
        "django",
        "flask",
        "fastapi",
    ),
    *(
        "spring",
        "react",
        "vue",
        "angular",
        "node.js",
        "html",
        "css",
        "docker",
        "kubernetes",
        "terraform",
        "aws",
        "azure",
    ),
    *("gcp", "linux", "git", "ci/cd", "pytorch", "tensorflow", "machine learning", "deep learning", "nlp", "excel"),
    *("power bi", "tableau", "photoshop", "figma", "sap", "salesforce", "project management", "agile", "scrum"),
    *("accounting", "marketing", "seo", "sales", "negotiation", "leadership", "communication", "teamwork", "english"),
    *("mandarin", "german", "french", "spanish", "data analysis", "statistics", "testing", "security", "networking"),
    *(
        "机器学习",
        "深度学习",
        "数据分析",
        "项目管理",
        "沟通",
        "团队",
        "英语",
        "销售",
        "市场",
        "财务",
        "会计",
        "运营",
        "测试",
        "算法",
    ),
    *("后端", "前端", "架构", "数据库", "管理经验", "产品设计", "自然语言处理", "统计"),
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "one 一",
            "two 二 两",
            "three 三",
            "four 四",
            "five 五",
            "six 六",
            "seven 七",
            "eight 八",
            "nine 九",
            "ten 十",
        ),
        1,
    )
    for word in words.split()
}
_YEARS = re.compile(rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})\s*(?:\+|plus|or more|多)?\s*(?:years?|yrs?|年)", re.I)
_DEGREES = (
    ("phd", 3),
    ("doctorate", 3),
    ("博士", 3),
    ("master", 2),
    ("msc", 2),
    ("硕士", 2),
    ("研究生", 2),
    ("bachelor", 1),
    ("bsc", 1),
    ("degree", 1),
    ("本科", 1),
    ("学士", 1),
)
_CV = re.compile(r"\b(?:cv|r[eé]sum[eé]|curriculum vitae|candidate|applicant)\b|简历|候选人|应聘者|求职者", re.I)
_JOB = re.compile(
    r"\b(?:job description|vacancy|jd|job|position|role|requirements?|we are looking for|hiring)\b|"
    r"职位|岗位|招聘|任职要求|职责|要求",
    re.I,
)
_PASTED_CV = re.compile(r"^\W*(?:cv|r[eé]sum[eé]|简历)\s*[:：]", re.I | re.M)
_TASK = re.compile(
    r"\b(?:match|fit|compare|screen|suitable|score|evaluate|assess)\b|匹配|筛选|适合|评估|打分|对比", re.I
)


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two texts states."""

    skills: tuple[str, ...]
    years: int
    degree: int
    text: str = ""


def answer(question: Question) -> Answer | None:
    """Match the two texts; with only one of them, read that one and ask for the other."""
    text = question.text
    if not (_CV.search(text) and (_JOB.search(text) or _TASK.search(text) or _PASTED_CV.search(text))):
        return None
    job, cv = _split(text)
    if job is None or cv is None:
        return _one_sided(question, _read(text))
    return _matched(question, _read(job), _read(cv))


def _split(text: str) -> tuple[str | None, str | None]:
    """Cut at the headings. The part that opens with a CV word is the CV, the other the vacancy."""
    starts = [
        (hit.start(), kind)
        for kind, pattern in (("cv", _CV), ("job", _JOB))
        for hit in re.finditer(rf"(?:^|\n)[#*\s]*(?:{pattern.pattern})[^\n:：]{{0,40}}[:：]", text, re.I)
    ]
    if not starts:
        return None, None
    starts.sort()
    parts: dict[str, str] = {}
    for (at, kind), (end, _) in zip(starts, [*starts[1:], (len(text), "")], strict=True):
        parts[kind] = parts.get(kind, "") + text[at:end]
    return parts.get("job"), parts.get("cv")


def _read(text: str) -> Side:
    lowered = text.lower()
    found = (skill for skill in _SKILLS if _holds(lowered, skill))
    years = [years for hit in _YEARS.findall(text) if (years := _NUMBERS.get(hit.lower()) or int(hit)) <= 50]
    degree = max((rank for word, rank in _DEGREES if word in lowered), default=0)
    return Side(
        tuple(dict.fromkeys("go" if skill == "golang" else skill for skill in found)),
        max(years, default=0),
        degree,
        text,
    )


def _holds(lowered: str, skill: str) -> bool:
    if not skill.isascii():
        return skill in lowered
    return re.search(rf"(?<![\w+#.]){re.escape(skill)}(?![\w+#])", lowered) is not None


def _one_sided(question: Question, side: Side) -> Answer:
    say = question.say
    rows = [
        [say("Skills", "技能"), ", ".join(side.skills) or say("none recognised", "未识别")],
        [say("Years", "年限"), str(side.years) if side.years else say("not stated", "未写明")],
        [say("Education", "学历"), _degree(question, side.degree)],
    ]
    return Answer(
        say("I found one text only; this is what it states:", "目前只看到一份文本，其中写明：")
        + "\n\n"
        + table([say("Field", "项目"), say("Found", "内容")], rows)
        + "\n\n"
        + say(
            "Paste both texts under the headings `Job:` and `CV:` and I will put a number on the fit.",
            "请把两份文本分别放在“职位：”和“简历：”标题下，我会给出量化的匹配度。",
        ),
        (say("A CV or a vacancy, but not both.", "只有简历或职位说明之一。"),),
    )


def _matched(question: Question, job: Side, cv: Side) -> Answer:
    say = question.say
    met = [skill for skill in job.skills if skill in cv.skills]
    missing = [skill for skill in job.skills if skill not in cv.skills]
    extra = [skill for skill in cv.skills if skill not in job.skills]
    parts = _parts(job, cv, len(met))
    score = sum(weight * value for weight, value in parts) // 100
    yes, no = say("yes", "满足"), say("no", "缺少")
    rows = [[skill, yes if skill in met else no, _quote(cv, skill)] for skill in job.skills]
    if job.years:
        wanted = say(f"{job.years} years", f"{job.years} 年经验")
        rows.append([wanted, f"{yes if cv.years >= job.years else no} ({cv.years})", _quote(cv, _YEARS)])
    if job.degree:
        rows.append([_degree(question, job.degree), yes if cv.degree >= job.degree else no, "–"])
    sums = " + ".join(f"{weight}% × {value}" for weight, value in parts)
    content = "\n\n".join(
        [
            f"## {say('Match', '匹配度')}: {score} / 100",
            table([say("Asked for", "要求"), say("In the CV", "简历"), say("Evidence", "依据")], rows),
            say(
                f"Score: {sums} = **{score}** (skills, years, education).",
                f"得分：{sums} = **{score}**（技能、年限、学历）。",
            ),
            f"**{say('Gaps', '差距')}:** " + (", ".join(missing) or say("none", "无")),
            f"**{say('Beyond the vacancy', '额外技能')}:** " + (", ".join(extra) or say("none", "无")),
            f"### {say('For the interview', '面试建议')}\n\n{numbered(_interview(question, met, missing))}",
            say(
                "A person should decide: the texts may leave out what matters.",
                "最终应由人来判断：文本可能遗漏重要信息。",
            ),
        ]
    )
    return Answer(
        content,
        (
            say(
                f"The vacancy asks for {len(job.skills)} skills and {job.years} years.",
                f"职位要求 {len(job.skills)} 项技能、{job.years} 年经验。",
            ),
            say(
                f"The CV shows {len(met)} of them and {cv.years} years.",
                f"简历符合其中 {len(met)} 项，经验 {cv.years} 年。",
            ),
            say("Skills weigh 70, years 20, education 10.", "权重：技能 70，年限 20，学历 10。"),
        ),
    )


def _quote(cv: Side, wanted: str | re.Pattern[str]) -> str:
    """Return the clause of the CV that speaks of it."""
    for clause in re.split(r"[.;,\n。；，]\s*", cv.text):
        found = _holds(clause.lower(), wanted) if isinstance(wanted, str) else wanted.search(clause)
        if found:
            return f"“{shorten(clause.split('：')[-1].split(': ')[-1].strip(), 80)}”"
    return "–"


def _parts(job: Side, cv: Side, met: int) -> list[tuple[int, int]]:
    skills = 100 * met // len(job.skills) if job.skills else 100
    years = min(100, 100 * cv.years // job.years) if job.years else 100
    return [(70, skills), (20, years), (10, 100 if cv.degree >= job.degree else 50)]


def _interview(question: Question, met: Sequence[str], missing: Sequence[str]) -> list[str]:
    say = question.say
    asked = [
        say(f"Tell me about your hardest task with {skill}.", f"请讲讲你用 {skill} 解决过的最难的问题。")
        for skill in met[:2]
    ]
    asked += [say(f"How would you get up to speed in {skill}?", f"你打算如何补上 {skill}？") for skill in missing[:2]]
    return [*asked, say("What would your last team say they miss about you?", "上一个团队会怎样评价你？")]


def _degree(question: Question, rank: int) -> str:
    names = [("not stated", "未写明"), ("Bachelor", "本科"), ("Master", "硕士"), ("Doctorate", "博士")]
    return question.say(*names[rank])
