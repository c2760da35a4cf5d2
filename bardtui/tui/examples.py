"""Beginnings of scenes, for the first minute: where it is, who is there, and a first line."""

EXAMPLES: dict[str, str] = {
    "a play": """\
[SCENE. A harbour office at night. A lamp, a desk, rain.]

[Enter MARTHA and TOM]

MARTHA:
You kept the letter, then.

TOM:
I kept it dry. I never broke the seal.""",
    "a screenplay": """\
INT. HARBOUR OFFICE - NIGHT

Rain on the window. MARTHA sits at the desk. TOM stands in the door.

MARTHA:
You shouldn't be here.

TOM:
Neither should you.""",
    "prose": """\
The rain had stopped by the time she found the key. It was under the third flowerpot, where her \
mother had always kept it, and it turned in the lock as if nobody had ever been away. """,
    "verse": """\
When I have seen the harbour lights go out,
And heard the tide come in across the stone,
I count the boats, and cannot count the doubt
That every one of them came home alone.""",
}
