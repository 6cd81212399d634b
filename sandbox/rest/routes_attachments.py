"""Links to attachments that ran out are made good again."""

from sandbox.core import Core
from sandbox.forms import Form
from sandbox.messages import links
from sandbox.rest.rest import Call, Routes
from sandbox.rows import Json

routes = Routes()
MOST = 50


@routes.on("POST", "/attachments/refresh-urls")
def refresh(call: Call) -> Json:
    """Discord documents no such call, but answers it; a link that is not its own comes back as it was."""
    form = Form(call.json)
    urls = list(map(str, form.array("attachment_urls", least=1, most=MOST, required=True) or []))
    form.finish()
    return {"refreshed_urls": [{"original": each, "refreshed": _fresh(call.core, each)} for each in urls]}


def _fresh(core: Core, url: str) -> str:
    path = links.own_path(core, url)
    return links.signed(core, path) if path else url
