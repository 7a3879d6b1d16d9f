"""Define-XML: written from a plan, read into values, held against the files it describes."""

from trialport.define.check import check_define
from trialport.define.html import define_html
from trialport.define.model import DefineDocument
from trialport.define.reader import read_define, read_define_file
from trialport.define.skeleton import skeleton
from trialport.define.writer import define_xml

__all__ = [
    "DefineDocument",
    "check_define",
    "define_html",
    "define_xml",
    "read_define",
    "read_define_file",
    "skeleton",
]
