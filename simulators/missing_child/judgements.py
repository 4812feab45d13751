"""What simulated people do, in numbers: each from a source, or a judgement and called so. Nothing else holds any."""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[float, float]
"""From and to; anything between is as likely."""


@dataclass(frozen=True)
class GuardJudgements:
    """A guard at a venue. Seconds and metres; shares are 0 to 1."""

    never_answers_share: float = 0.05
    """Neither hears nor looks: on a round, asleep, the radio in a drawer. A judgement, as in the demonstration."""
    acknowledges_s: Span = (1.0, 20.0)
    """From the radio's tone to the key. A judgement, as in the demonstration."""
    walks_out_s: Span = (5.0, 40.0)
    """From the key to where the street can be seen: out of a lodge, or down from a floor. A judgement."""
    sight_m: float = 25.0
    """How far a child of 1.1 m in told clothes is taken notice of in a street with people. A judgement, on the careful
    side: faces are told to about 15 m, clothes farther."""
    notices_share: float = 0.8
    """Of the times she passes in sight. A judgement: 54 % notice somebody whom they do not expect (Simons and Chabris,
    "Gorillas in our midst", Perception 28, 1999); he expects her."""
    notices_s: Span = (1.0, 4.0)
    """From when she is in sight. A judgement."""
    reaches_share: float = 0.8
    """Of those noticed, he comes up to so many; else she is gone, or he may not leave his door. A judgement."""
    reaches_s: Span = (5.0, 20.0)
    """25 m at a brisk walk, and some words to a shy child. A judgement."""
    tells_s: Span = (3.0, 8.0)
    """From noticing to the key "seen", where he cannot reach her. A judgement."""
    mistakes_alike_share: float = 0.1
    """Of the times that another child in one of the told colours passes: taken for her. A judgement."""
    mistakes_other_share: float = 0.02
    """The same of children in other clothes. A judgement."""


@dataclass(frozen=True)
class OfficerJudgements:
    """The officer at the console, the mother beside him."""

    looks_s: Span = (2.0, 5.0)
    """At one hit, from when he is through with the one before, to his word. A judgement."""
    knows_her_share: float = 0.85
    """Of pictures that show her: he says yes. To the others he says nothing. A judgement: strangers matched to a good
    photo from a good video are right about 70 % of the time (Bruce et al., "Verification of face identities from images
    captured on video", J. Exp. Psychology: Applied 5, 1999); a mother sees clothes that she put on."""
    mistakes_share: float = 0.03
    """Of pictures that show somebody else: he says yes. A judgement."""
    hits_looked_at: int = 10
    """Of a search; the rest he leaves. A judgement."""
    verifies_s: Span = (8.0, 20.0)
    """From "child is with me" to his word, which is right: her mother hears her. A judgement."""
