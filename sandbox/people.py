"""The people of this world: what a person does, in a test, over HTTP, from the shell or on the page, is done here."""

from sandbox.acting import Acting
from sandbox.being import Being
from sandbox.branching import Branching
from sandbox.inviting import Inviting
from sandbox.invoking import Invoking
from sandbox.managing import Managing
from sandbox.marking import Marking
from sandbox.pressing import Pressing
from sandbox.ruling import Ruling
from sandbox.seeing import Seeing


class People(Invoking, Inviting, Pressing, Acting, Being, Branching, Marking, Managing, Ruling, Seeing):
    pass
