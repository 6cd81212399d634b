"""The people of this world: what a person does, in a test, over HTTP, from the shell or on the page, is done here."""

from sandbox.acting import Acting
from sandbox.invoking import Invoking
from sandbox.pressing import Pressing
from sandbox.seeing import Seeing


class People(Invoking, Pressing, Acting, Seeing):
    pass
