"""The people of this world: what a person does, in a test, over HTTP, from the shell or on the page, is done here."""

from sandbox.people.acting import Acting
from sandbox.people.being import Being
from sandbox.people.branching import Branching
from sandbox.people.inviting import Inviting
from sandbox.people.invoking import Invoking
from sandbox.people.managing import Managing
from sandbox.people.marking import Marking
from sandbox.people.pressing import Pressing
from sandbox.people.ruling import Ruling
from sandbox.people.seeing import Seeing


class People(Invoking, Inviting, Pressing, Acting, Being, Branching, Marking, Managing, Ruling, Seeing):
    pass
