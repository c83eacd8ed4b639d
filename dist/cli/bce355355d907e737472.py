"""What stops an install, told to the host as data: it makes the sentence."""


class Failed(Exception):
    def __init__(self, kind, **details):
        super().__init__(kind)
        self.kind = kind
        self.details = details

    def report(self):
        return {"kind": self.kind, **self.details}


class NeedsBuild(Exception):
    """Something has to be built from source first, in a container without network."""

    def __init__(self, key, label, source, links):
        super().__init__(key)
        self.key = key
        self.label = label
        self.source = source
        self.links = links

    def report(self):
        return {"key": self.key, "label": self.label, "source": self.source, "links": self.links}
