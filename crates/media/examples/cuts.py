"""Makes a recording of 35 minutes and cuts of it, with what they were made of.

    cuts.py FOLDER SEED TEXT…

Needs espeak-ng, sox, lame and ffmpeg, and with pocketsphinx-testdata (recordings of LibriVox, in
/usr/share/pocketsphinx) makes two cuts of natural speech. Each cut is encoded again; beside it lies NAME.truth for
`measure compare`. The speech of two seeds is the same, the pieces and the noise are not.
"""

import pathlib
import random
import subprocess
import sys

RATE = 44100
LENGTH = 2100
LIBRIVOX = pathlib.Path('/usr/share/pocketsphinx/test/data/librivox')


def run(*args):
    subprocess.run([str(a) for a in args], check=True, stderr=subprocess.DEVNULL)


def seconds(path):
    return float(subprocess.check_output(['soxi', '-D', path]))


def say(path, text, voice, speed=150):
    source = path.with_suffix('.txt')
    source.write_text(text)
    run('espeak-ng', '-v', voice, '-s', speed, '-f', source, '-w', path.with_suffix('.raw.wav'))
    run('sox', path.with_suffix('.raw.wav'), '-r', RATE, '-c', 1, path)


class Maker:
    def __init__(self, folder, seed, text):
        self.folder = folder
        self.random = random.Random(seed)
        self.make_full(text)
        words = text.split()
        say(folder / 'narrator.wav', ' '.join(reversed(words[:2500])), 'en-gb-scotland+m7', 140)
        # What was never said, by one of the same voices and by another.
        other = ' '.join(words[-1100:][::-1])
        say(folder / 'same.wav', other, 'en-us')
        say(folder / 'other.wav', other, 'en-gb-x-rp+f4', 165)

    def make_full(self, text):
        words = text.split()
        parts, at, length, turn = [], 0, 0.0, 0
        while length < LENGTH - 40:
            part = self.folder / f'part{turn}.wav'
            say(part, ' '.join(words[at:at + 300]), ['en-us', 'en-gb+f3', 'en-us+m4'][turn % 3])
            parts.append(part)
            at, length, turn = at + 300, length + seconds(part), turn + 1
            if turn == 3:
                parts += self.librivox()
        dry, noise, self.full = (self.folder / name for name in ('dry.wav', 'noise.wav', 'full.wav'))
        run('sox', *parts, dry, 'gain', '-n', -6, 'pad', 0, 60, 'trim', 0, LENGTH)
        run('sox', '-n', '-r', RATE, '-c', 1, noise, 'synth', LENGTH, 'pinknoise', 'vol', 0.004)
        run('sox', '-m', '-v', 0.8, dry, '-v', 1, noise, self.full, 'reverb', 25, 50, 50, 'remix', 1, 'sinc', '120-6000',
            'gain', '-n', -3)
        run('lame', '--quiet', '-b', 96, '-m', 'm', self.full, self.folder / 'full.mp3')

    def librivox(self):
        self.natural = []
        clips = []
        at = sum(seconds(self.folder / f'part{i}.wav') for i in range(3))
        for i, clip in enumerate(sorted(LIBRIVOX.glob('*.wav'))):
            copy = self.folder / f'librivox{i}.wav'
            run('sox', clip, '-r', RATE, '-c', 1, copy, 'gain', '-n', -6)
            self.natural.append((at, seconds(copy)))
            at += seconds(copy)
            clips.append(copy)
        return clips

    def jumps(self, n, length, removed):
        at, pieces = self.random.uniform(20, 200), []
        for _ in range(n):
            own = self.random.uniform(*length)
            pieces.append((at, own))
            at += own + self.random.uniform(*removed)
        return pieces

    def apart(self, n, length):
        step = (LENGTH - 100) / n
        return [(20 + i * step + self.random.uniform(0, step - length[1]), self.random.uniform(*length)) for i in range(n)]

    def cut(self, name, pieces, effects=(), narrated=0, mix=None, speed=1.0, encode=('mp3', '64k', 44100)):
        """Puts pieces behind each other, with seconds of narration before each, and encodes the whole."""
        parts, truth, at = [], [], 0.0
        for i, (start, length) in enumerate(pieces):
            if narrated:
                part = self.folder / f'n{i}.wav'
                run('sox', self.folder / 'narrator.wav', part, 'trim', i * (narrated + 1), narrated)
                parts.append(part)
                at += seconds(part)
            part = self.folder / f'p{i}.wav'
            run('sox', self.full, part, 'trim', start, length)
            parts.append(part)
            truth.append((at / speed, start, seconds(part), speed))
            at += seconds(part)
        plain, whole = self.folder / 'plain.wav', self.folder / 'whole.wav'
        run('sox', *parts, plain, *effects)
        if mix:
            kind, decibels = mix
            run('sox', plain, self.folder / 'other-side.wav', *([] if kind == 'voice' else ['synth', 'whitenoise']))
            source = self.folder / ('narrator.wav' if kind == 'voice' else 'other-side.wav')
            factor = self.rms(plain) / self.rms(source) * 10 ** (-decibels / 20)
            run('sox', '-m', '-v', 0.5, plain, '-v', 0.5 * factor, source, whole, 'trim', 0, seconds(plain))
        else:
            whole = plain
        self.encode(whole, name, encode)
        lines = [' '.join(f'{number:.4f}' for number in row) for row in truth]
        (self.folder / f'{name}.truth').write_text('\n'.join(lines) + '\n')

    def encode(self, whole, name, encode):
        kind, bits, rate = encode
        codec = {'mp3': 'libmp3lame', 'ogg': 'libvorbis', 'm4a': 'aac', 'webm': 'libopus'}[kind]
        run('ffmpeg', '-y', '-loglevel', 'error', '-i', whole, '-ac', 1, '-ar', rate, '-c:a', codec, '-b:a', bits,
            self.folder / f'{name}.{kind}')

    def rms(self, path):
        text = subprocess.run(['sox', path, '-n', 'stat'], stderr=subprocess.PIPE, text=True).stderr
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith('RMS     amplitude'))

    def make_cuts(self):
        moved = self.apart(6, (15, 45))
        self.random.shuffle(moved)
        self.cut('c01-in-order', self.apart(5, (20, 50)), ['gain', -6])
        self.cut('c02-reordered', moved, ['equalizer', 1000, '1q', -6, 'treble', 4], encode=('ogg', '48k', 44100))
        self.cut('c03-narration-noise', self.apart(6, (15, 40)), narrated=8, mix=('noise', 12), encode=('mp3', '32k', 16000))
        self.cut('c04-jump-cuts', self.jumps(20, (4, 13), (0.8, 5)), encode=('m4a', '48k', 44100))
        self.cut('c05-small-jump-cuts', self.jumps(15, (5, 15), (0.2, 0.8)))
        self.cut('c06-bites', self.apart(10, (2, 4)), narrated=7)
        self.cut('c07-talked-over', self.apart(4, (25, 45)), mix=('voice', 2))
        self.cut('c08-telephone', self.apart(5, (20, 40)),
                 ['sinc', '300-3400', 'compand', '0.01,0.2', '-60,-60,-30,-12,0,-3'], encode=('m4a', '24k', 16000))
        self.cut('c09-speed-1', self.apart(4, (20, 45)), ['speed', 1.01], speed=1.01)
        self.cut('c10-tempo-4', self.apart(4, (20, 45)), ['tempo', '-s', 1.04], speed=1.04)
        self.cut('c11-noise-2-db', self.apart(5, (20, 50)), mix=('noise', 2))
        self.cut('c12-opus-24k', self.apart(6, (15, 40)), encode=('webm', '24k', 48000))
        natural = self.natural[::2] + self.natural[1::2]
        self.cut('c13-natural', [(start + 0.2, length - 0.4) for start, length in natural], encode=('mp3', '48k', 44100))
        bites = [(start + 0.3, min(length - 0.5, 4)) for start, length in self.natural]
        self.cut('c14-natural-bites', bites, narrated=6, encode=('m4a', '48k', 44100))
        self.encode(self.folder / 'same.wav', 'c20-unrelated-same-voice', ('mp3', '64k', 44100))
        self.encode(self.folder / 'other.wav', 'c21-unrelated-other-voice', ('mp3', '64k', 44100))


if __name__ == '__main__':
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(folder, int(sys.argv[2]), ' '.join(pathlib.Path(p).read_text() for p in sys.argv[3:]))
    maker.make_cuts()
