"""Refusals as OpenAI words them: an HTTP status and a body with message, type, field and code."""

from typing import Any


class ApiError(Exception):
    """A request that gets no completion.

    Attributes:
        status: HTTP status.
        param: field of the request that is to blame; empty if none is.
        code: OpenAI's short name of the error; empty if it has none.
        retry_after: seconds after which another try is worth while; 0 says nothing.
    """

    def __init__(
        self, status: int, message: str, *, param: str = "", code: str = "", retry_after: int = 0
    ) -> None:
        """Keep what the reply says."""
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The reply's JSON."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        if self.status == 429:
            kind = "rate_limit_error"
        return {
            "error": {
                "message": str(self),
                "type": kind,
                "param": self.param or None,
                "code": self.code or None,
            }
        }

    def headers(self) -> dict[str, str]:
        """The reply's headers."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}


def bad_request(message: str, param: str = "", code: str = "") -> ApiError:
    """A request that is wrong in itself."""
    return ApiError(400, message, param=param, code=code)
