"""Why a request is not answered: an HTTP status with a business code, worded like the provider's. Raised by `request`.

Codes and statuses: BigModel's error page. The wording is the sandbox's own.
"""

from collections.abc import Mapping

STATUS: Mapping[str, int] = {
    "1000": 401,
    "1001": 401,
    "1113": 429,
    "1200": 500,
    "1210": 400,
    "1211": 400,
    "1213": 400,
    "1214": 400,
    "1222": 400,
    "1234": 500,
    "1261": 400,
    "1301": 400,
    "1302": 429,
    "1305": 429,
}

_WORDS: Mapping[str, tuple[str, str]] = {
    "1000": ("Authentication failed (sandbox)", "身份验证失败（沙盒）"),
    "1001": (
        "No Authorization header received; the sandbox takes any Bearer key",
        "Header 中未收到 Authorization 参数；沙盒接受任意 Bearer 密钥",
    ),
    "1113": ("No balance left or account in arrears (sandbox)", "账户余额不足或已欠费（沙盒）"),
    "1200": ("API call failed (sandbox)", "API 调用失败（沙盒）"),
    "1210": ("Wrong parameter: {what}", "参数有误：{what}"),
    "1211": ("Model does not exist: {what}", "模型不存在：{what}"),
    "1213": ("Parameter missing: {what}", "缺少参数：{what}"),
    "1214": ("Illegal value: {what}", "参数非法：{what}"),
    "1222": ("API does not exist: {what}", "API 不存在：{what}"),
    "1234": ("Network error, error id {what}", "网络错误，错误 id：{what}"),
    "1261": ("Prompt too long: {what}", "Prompt 超长：{what}"),
    "1301": ("Unsafe or sensitive content found (sandbox)", "检测到不安全或敏感内容（沙盒）"),
    "1302": ("Rate limit reached for requests (sandbox)", "请求并发或频率已达上限（沙盒）"),
    "1305": (
        "The service may be temporarily overloaded, please try again later (sandbox)",
        "当前访问量过大，请稍后再试（沙盒）",
    ),
}

# The OpenAI family names kinds of errors instead of numbering them; the number stays in `code`.
_KINDS: Mapping[int, str] = {401: "authentication_error", 429: "rate_limit_exceeded", 500: "internal_server_error"}


class RefusalError(Exception):
    """The sandbox does not answer: `status` and `code` for the wire, `message(chinese)` for people.

    `retry_after`: seconds it asks to wait, None for no word about it.
    """

    def __init__(self, code: str, what: str = "", *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        self.status = status or STATUS[code]
        self.retry_after = retry_after

    def message(self, *, chinese: bool = False) -> str:
        return _WORDS[self.code][chinese].format(what=self.what)

    def body(self, *, openai: bool, chinese: bool = False) -> dict[str, object]:
        """Return the JSON object of the answer in the given dialect."""
        error: dict[str, object] = {"code": self.code, "message": self.message(chinese=chinese)}
        if openai:
            error["type"] = _KINDS.get(self.status, "invalid_request_error")
            error["param"] = None
        return {"error": error}
