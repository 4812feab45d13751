"""Whose password and second factor somebody gave: checked, slowed, and what failed is noted."""

from __future__ import annotations

from collections.abc import Mapping

from devices.protocol.clock import Clock
from hub.access import second_factor
from hub.access.endings import Endings
from hub.access.failures import UNKNOWN_ACCOUNT
from hub.access.messages import SignIn
from hub.access.passwords import Lane, Passwords
from hub.access.places import ROOM
from hub.access.records import Account
from hub.access.refusals import wrong_second_factor
from hub.access.throttle import Attempt, Throttle, Throttled
from hub.errors import Refusal
from hub.listening.addresses import is_this_machine


class Proofs:
    """Looks in ``accounts``, and writes there the step of a second factor that was taken."""

    def __init__(self, accounts: Mapping[str, Account], passwords: Passwords, endings: Endings, clock: Clock) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._endings = endings
        self._clock = clock
        self._throttle = Throttle(clock)

    async def prove(self, given: SignIn, address: str, known_id: str | None, lane: Lane) -> tuple[Account, str]:
        """Whose password and second factor these are, and the password's hash. Raises Refusal."""
        attempt = self._begin(given.person_id, address, known_id)
        account = self._accounts.get(given.person_id)
        encoded = account.password_hash if account is not None and not account.disabled else None
        try:
            is_right = await self._passwords.is_right(given.password, encoded, lane)
        except Refusal:
            attempt.undone()
            raise
        if account is None or encoded is None or not is_right or not account.has_still(encoded):
            self._fail(given.person_id, address, "wrong_password")
            raise Refusal("wrong_password", "账号或密码不对", "the account name or the password is wrong", status=401)
        self._check_second_factor(account, given.code, address, attempt, is_known=known_id is not None)
        attempt.succeeded()
        return account, encoded

    def _begin(self, person_id: str, address: str, known_id: str | None) -> Attempt:
        try:
            return self._throttle.begin(person_id, address, known_id)
        except Throttled as throttled:
            self._fail(person_id, address, "throttled")
            wait_s = max(1, round(throttled.wait_s))
            raise Refusal(
                "too_many_failures", f"失败次数过多，请 {wait_s} 秒后再试", f"try again in {wait_s} s", status=429
            ) from None

    def _check_second_factor(
        self, account: Account, code: str | None, address: str, attempt: Attempt, *, is_known: bool
    ) -> None:
        """The password was right. Raises Refusal when the second factor is not.

        A right password may be in a stranger's hand: that it came without the second factor is recorded.
        """
        if account.totp_secret is None:
            if account.person.role in ROOM and not is_this_machine(address):
                attempt.undone()
                self._fail(account.person.person_id, address, "second_factor_missing")
                raise Refusal(
                    "second_factor_missing",
                    "您还没有动态口令：请打开邀请设置",
                    "you have no second factor yet: open your invitation",
                    status=403,
                )
            return
        if code is None:
            attempt.undone()
            if not is_known:
                self._fail(account.person.person_id, address, "second_factor_needed")
            raise Refusal("second_factor_needed", "请输入动态口令", "the second factor is needed", status=401)
        step = second_factor.step_of(account.totp_secret, code, self._clock.wall_us(), account.totp_step)
        if step is None:
            self._fail(account.person.person_id, address, "wrong_second_factor")
            raise wrong_second_factor(401)
        account.totp_step = step

    def _fail(self, person_id: str, address: str, reason: str) -> None:
        self._endings.fail(person_id if person_id in self._accounts else UNKNOWN_ACCOUNT, address, reason)
