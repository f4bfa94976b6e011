#!/usr/bin/env python3
"""Make the recordings of the Lantern's articles anew, with their transcripts.

    python3 demo/recordings/make.py

writes beside this file two-and-two.mp3 (the whole item), two-and-two.vtt (who says what in it, and
when) and two-and-two.cut.mp3 (the council's clip of it, with the two omissions marked below). All
three are committed, so nobody needs to run it to build or to serve the demo. Every number in the
article and in its thread is measured from them: whoever changes a word here has to look at the times
there again.

Needs Python 3.9, espeak-ng 1.51, sox 14.4, ffmpeg and lame 3.100:

    apt-get install espeak-ng sox ffmpeg lame

Voices and sounds are synthetic and nobody's. What is random has a fixed seed, so the same tools
give the same times.
"""

import array
import math
import random
import re
import subprocess
import tempfile
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent
SLUG = "two-and-two"
RATE = 22_050
LOUDNESS = -17.5  # LUFS
PEAK = -4.0  # dBFS; the encoder adds to it
# Silence that the encoder puts first, in samples. A frame is too short here to say so to a player.
DELAY = 1_105

# Name: voice, pitch, words a minute, level in dB against the others.
VOICES = {
    "Lionel Sprake": ("en-gb-x-rp+m3", 22, 140, 0),
    "The deputy clerk": ("en-gb-x-rp+f4", 72, 154, 0),
    "Radek Summerhayes": ("en-gb-x-gbclan+m7", 48, 106, 0),
    "Bertrand Achterberg": ("en-gb-x-gbcwmd+m4", 92, 164, 0),
    "Amaryllis Boothe": ("en-gb-scotland+f2", 48, 148, 0),
    "Winifred Sole": ("en-gb-x-gbclan+f5", 14, 134, 0),
    "The man with the radiator": ("en-029+m2", 35, 140, -5),
}

# What is read otherwise than it is written.
SPOKEN = {
    "Achterberg": "Akterberg",
    "Boothe": "Booth",
    "Lisle": "Lyle",
    "Merrow": "Merroe",
    "Ropeworks": "rope-works",
}

# Who says what: a sentence each, with the pause before it in seconds. Instead of a name:
# "sound" makes one, "omit" and "resume" begin and end what the council left out, on a whole second.
CHAIR, CLERK, BOOTHE = "Lionel Sprake", "The deputy clerk", "Amaryllis Boothe"
RADEK, BERTRAND, SOLE = "Radek Summerhayes", "Bertrand Achterberg", "Winifred Sole"
MAN = "The man with the radiator"
DIALOGUE = [
    (0.9, CHAIR, "Item four, the lease of the Ropeworks."),
    (0.5, CHAIR, "I should like to have it settled by nine, when the heating goes off."),
    (0.9, CHAIR, "Has anybody an interest to declare?"),
    (1.6, RADEK, "Yes."),
    (0.9, RADEK, "My brother-in-law did their roof."),
    (0.9, RADEK, "Merrow and Lisle’s roof."),
    (0.8, RADEK, "At the one end."),
    (0.9, RADEK, "I shall wait in the corridor."),
    (0.7, CHAIR, "Thank you, Radek."),
    (0.5, CHAIR, "That was very clear."),
    (0.6, "sound", "door", "A door."),
    (0.7, CHAIR, "We have two new bids."),
    (0.6, CLERK, "Merrow and Lisle, six hundred and fifty-six thousand pounds."),
    (0.6, CLERK, "Tallow Wharf, six hundred and fifty-five thousand."),
    (0.8, BERTRAND, "Then I move Merrow and Lisle."),
    (0.5, BERTRAND, "A thousand pounds is a thousand pounds."),
    (0.9, "omit"),
    (0.35, BOOTHE, "Before that is put, were the two bids opened on the same day?"),
    (0.7, CLERK, "They were both opened on the Wednesday, councillor."),
    (0.6, BOOTHE, "Which Wednesday?"),
    (0.5, "sound", "paper", "Paper."),
    (0.5, CLERK, "One on each."),
    (0.8, BOOTHE, "So Tallow Wharf’s lay open for a week before the other was."),
    (0.6, CLERK, "It was open, councillor, but it was in a locked drawer."),
    (0.6, "resume"),
    (0.35, "sound", "knock", "Three knocks in a pipe."),
    (0.5, SOLE, "What was that?"),
    (0.6, MAN, "Only air."),
    (0.7, CHAIR, "Thank you, to the gallery."),
    (0.8, SOLE, "May I ask what they want it for?"),
    (0.6, CLERK, "Merrow and Lisle propose forty-four apartments."),
    (0.6, CLERK, "Tallow Wharf propose to make rope."),
    (0.9, SOLE, "In the Ropeworks?"),
    (0.6, CLERK, "Yes, councillor."),
    (0.8, SOLE, "How many people does that take?"),
    (0.6, CLERK, "Eleven, councillor, walking backwards."),
    (0.7, BERTRAND, "Forty-four is four times eleven."),
    (0.7, SOLE, "We were not going to employ the apartments, Bertrand."),
    (0.9, "sound", "bell", "St Orrin’s strikes three quarters."),
    (0.5, CHAIR, "Those in favour of Merrow and Lisle."),
    (1.5, CLERK, "Councillor Achterberg, and the chair."),
    (0.8, CHAIR, "Those in favour of Tallow Wharf."),
    (1.5, CLERK, "Councillor Boothe, and Councillor Sole."),
    (0.6, CLERK, "That is two and two, chair."),
    (0.9, "omit"),
    (0.6, CHAIR, "Then I have to vote again."),
    (0.8, CHAIR, "In September I wrote, underneath a newspaper, that the valuer had forgotten the floor."),
    (0.6, CHAIR, "He has a whole page on it."),
    (0.7, CHAIR, "I was wrong about the floor."),
    (0.7, CHAIR, "I will not be wrong twice with the same hand."),
    (0.8, CHAIR, "Tallow Wharf."),
    (0.6, "resume"),
    (0.35, CLERK, "That makes three, chair."),
    (0.6, CLERK, "Tallow Wharf have it."),
    (0.8, CHAIR, "Would somebody let Councillor Summerhayes back in?"),
    (0.7, "sound", "door", "The door again."),
    (0.6, RADEK, "Who has it?"),
    (0.6, BOOTHE, "Tallow Wharf."),
    (0.5, BOOTHE, "They are going to make rope."),
    (1.0, RADEK, "In the Ropeworks?"),
    (0.7, BOOTHE, "You missed that part."),
    (1.0, RADEK, "They will find the roof is very good."),
    (1.0, CHAIR, "That is the end of item four."),
    (1.2, CHAIR, "Is that still on?"),
    (0.6, CLERK, "Until you say so, chair."),
    (0.7, CHAIR, "I say so."),
    (0.5, "sound", "click", "A click."),
]


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, **more)


def read(path):
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = array.array("h", file.readframes(file.getnframes()))
    return [sample / 32_768 for sample in samples]


def write(path, samples):
    whole = array.array("h", (max(-32_768, min(32_767, round(s * 32_768))) for s in samples))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(whole.tobytes())


def said(folder, name, text):
    """What `name` says, without silence around it and as loud as everybody."""
    voice, pitch, speed, level = VOICES[name]
    for written, spoken in SPOKEN.items():
        text = text.replace(written, spoken)
    raw, trimmed = folder / "raw.wav", folder / "trimmed.wav"
    run("espeak-ng", "-v", voice, "-p", pitch, "-s", speed, "-w", raw, text)
    silence = "silence 1 0.005 0.3% reverse silence 1 0.005 0.3% reverse".split()
    run("sox", "-D", raw, "-r", RATE, "-c", 1, "-b", 16, trimmed, "highpass", 100, *silence)
    samples = read(trimmed)
    loud = [s * s for s in samples if abs(s) > 0.01]
    gain = 0.1 * 10 ** (level / 20) / math.sqrt(sum(loud) / len(loud))
    return [s * gain for s in samples]


def sound(kind):
    """A sound of the room. The seed is the sound's name."""
    chance = random.Random(kind)

    def noise(seconds, smooth):
        """Noise with its high part taken away."""
        last, made = 0.0, []
        for _ in range(round(seconds * RATE)):
            last += (chance.uniform(-1, 1) - last) * smooth
            made.append(last)
        return made

    def ring(seconds, parts):
        """Tones that die away: frequency, level, seconds to a third."""
        made = []
        for n in range(round(seconds * RATE)):
            at = n / RATE
            tones = (
                level * math.exp(-at / decay) * math.sin(math.tau * hertz * at)
                for hertz, level, decay in parts
            )
            made.append(min(1, at / 0.002) * sum(tones))
        return made

    def mixed(seconds, pieces):
        made = [0.0] * round(seconds * RATE)
        for start, level, piece in pieces:
            first = round(start * RATE)
            for n, sample in enumerate(piece[: len(made) - first], first):
                made[n] += level * sample
        return made

    if kind == "knock":
        pipe = [(412, 0.5, 0.05), (873, 0.35, 0.035), (1_310, 0.25, 0.03), (95, 0.6, 0.04)]
        return mixed(1.3, [(at, 0.16, ring(0.35, pipe)) for at in (0.0, 0.36, 0.71)])
    if kind == "bell":
        tone = [(165, 0.35, 0.9), (330, 0.5, 0.8), (392, 0.3, 0.6), (495, 0.2, 0.5)]
        tone.append((660, 0.25, 0.4))
        return mixed(4.6, [(at, 0.07, ring(2.0, tone)) for at in (0.0, 1.3, 2.6)])
    if kind == "door":
        creak, phase = [], 0.0
        for n in range(round(0.7 * RATE)):
            at = n / RATE
            phase += math.tau * (310 + 240 * at + 18 * math.sin(37 * at)) / RATE
            creak.append(math.sin(math.pi * at / 0.7) * (math.sin(phase) + 0.4 * math.sin(3 * phase)))
        thud = ring(0.5, [(62, 0.9, 0.08), (118, 0.5, 0.05), (240, 0.2, 0.03)])
        return mixed(1.6, [(0.0, 0.02, creak), (0.9, 0.22, thud), (0.9, 0.12, noise(0.03, 0.3))])
    if kind == "paper":
        rustle = []
        for at in (0.0, 0.3, 0.55, 1.0, 1.2):
            piece = noise(chance.uniform(0.15, 0.3), 0.75)
            piece = [s * math.sin(math.pi * n / len(piece)) for n, s in enumerate(piece)]
            rustle.append((at, chance.uniform(0.025, 0.05), piece))
        return mixed(1.6, rustle)
    if kind == "click":
        return mixed(0.5, [(0.0, 0.12, noise(0.008, 0.9)), (0.06, 0.07, noise(0.006, 0.9))])
    raise ValueError(kind)


def assembled(folder):
    """All of it, one after the other: the samples, the cues and the omissions."""
    samples, cues, omissions, begun = [], [], [], None
    for pause, who, *what in DIALOGUE:
        samples += [0.0] * round(pause * RATE)
        if who in ("omit", "resume"):
            samples += [0.0] * (-len(samples) % RATE)
            if who == "omit":
                begun = len(samples)
            else:
                omissions.append((begun, len(samples)))
            continue
        start = len(samples)
        if who == "sound":
            kind, shown = what
            samples += sound(kind)
            text = f"[{shown}]"
        else:
            samples += said(folder, who, what[0])
            text = f"<v {who}>{what[0]}"
        cues.append((start, len(samples), text))
    # It ends with a whole second.
    samples += [0.0] * (-len(samples) % RATE)
    return samples, cues, omissions


def master(folder, samples):
    """The room around it: its echo, the hum of its lights, and a level for all of it."""
    dry, room, still, both = (folder / f"{name}.wav" for name in ("dry", "room", "still", "both"))
    write(dry, samples)
    run("sox", "-D", dry, room, *"reverb 34 45 60 100 12 0 lowpass 7500".split())
    hum = ["synth", len(samples) / RATE, "pinknoise", "gain", -47]
    run("sox", "-R", "-D", "-n", "-r", RATE, "-c", 1, "-b", 16, still, *hum)
    lights = [0.0012 * math.sin(math.tau * 100 * n / RATE) for n in range(len(samples))]
    parts = [read(room), read(still), lights]
    assert {len(part) for part in parts} == {len(samples)}
    mixed = [a + b + c for a, b, c in zip(*parts)]
    gain = 10 ** ((LOUDNESS - loudness(folder, mixed)) / 20)
    ceiling = 10 ** (PEAK / 20)
    knee = 0.6 * ceiling

    def limited(sample):
        """As it is, but what is loudest is bent below the ceiling."""
        over = abs(sample) - knee
        if over <= 0:
            return sample
        return math.copysign(knee + (ceiling - knee) * math.tanh(over / (ceiling - knee)), sample)

    write(both, [limited(gain * sample) for sample in mixed])
    return both


def loudness(folder, samples):
    path = folder / "measured.wav"
    write(path, samples)
    said = run("ffmpeg", "-nostats", "-i", path, "-af", "ebur128", "-f", "null", "-", text=True)
    return float(re.findall(r"I:\s+(-[\d.]+) LUFS", said.stderr)[-1])


def clip(folder, whole, omissions):
    """The council's clip: the published recording without its omissions."""
    heard, shorter = folder / "heard.wav", folder / "shorter.wav"
    run("ffmpeg", "-y", "-i", whole, "-ar", RATE, "-ac", 1, heard)
    samples, kept, at = read(heard), [], 0
    for start, end in [*omissions, (len(samples), len(samples))]:
        kept += samples[at:start]
        at = end
    write(shorter, kept)
    return shorter


def stamp(n):
    ms = round(n * 1_000 / RATE)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1_000 % 60:02}.{ms % 1_000:03}"


def transcript(cues):
    lines = ["WEBVTT", ""]
    for start, end, text in cues:
        lines += [f"{stamp(start)} --> {stamp(end)}", text, ""]
    return "\n".join(lines)


def encode(wav, mp3, kbits, title):
    tags = ["--tt", title, "--ta", "The Pellamouth Lantern", "--id3v2-only"]
    late = wav.with_name("late.wav")
    run("sox", "-D", wav, late, "trim", f"{DELAY}s")
    run("lame", "--quiet", "-m", "m", "--cbr", "-b", kbits, "--resample", 22.05, *tags, late, mp3)


def main():
    whole, cut = HERE / f"{SLUG}.mp3", HERE / f"{SLUG}.cut.mp3"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples, cues, omissions = assembled(folder)
        encode(master(folder, samples), whole, 32, "Item four: the lease of the Ropeworks")
        encode(clip(folder, whole, omissions), cut, 24, "Item four: the council's clip")
    (HERE / f"{SLUG}.vtt").write_text(transcript(cues), encoding="utf-8")
    print(f"{stamp(len(samples))} in all")
    for start, end in omissions:
        print(f"left out {stamp(start)} to {stamp(end)}, {(end - start) // RATE} s")


if __name__ == "__main__":
    main()
