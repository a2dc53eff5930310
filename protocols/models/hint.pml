/* hint.pml - protocols/single-flight.md, H1 to H5: hints. One name; each file under it is one of its own (an inode). N processes, ROUNDS
 * tries each, kill -9 at any step; work may fail. Nobody waits for ever, and a result is found once somebody published it.
 *  NOKILL   nobody dies
 * No two work at once, unless somebody died between its claim of a dead one's hint and the end of that (claimDeaths).
 * broken variants (expected to FAIL):
 *  NOJUDGE  a waiter does not ask whether the holder lives: it waits for ever
 *  NOCLAIM  who sees that the holder is dead looks once more and unlinks: of two, one unlinks the other's hint, and both work (CE25) (fails at N=3)
 *  PUTBACK  a hint is renamed away before it is judged to be the dead one's, and put back where it is another's (CE24): its holder has released
 *           meanwhile, so that it stands for ever, of one who lives (fails at N=3)
 */
#ifndef N
#define N 2
#endif
#define FREE 255
#define GENS 16
byte file = FREE;       /* who made the file that stands under the name */
byte gen = 0;           /* which file it is: no two are the same */
bit res = 0;            /* the published result */
bit alive[N];
byte working = 0;       /* ghost */
byte deaths = 0;
byte claimDeaths = 0;   /* ghost */
bit claimed[GENS];      /* the claims that stand, by the file that they are about */
bit claimant[GENS];     /* whether its maker lives */

inline die() {
#ifndef NOKILL
	if :: atomic { deaths < N - 1 -> deaths++; alive[me] = 0; if :: claims -> claimDeaths++; claimant[seen] = 0 :: else fi; if :: works -> working--; works = 0 :: else fi; goto gone } :: true fi
#else
	skip
#endif
}

proctype P(byte me) {
	byte seen, own, aside, asideGen;
	bit works = 0;
	bit claims = 0;
	bit failed = 0;
again:
	atomic { if :: res -> goto done :: else fi }
	/* H1 */
	atomic { if
		:: file == FREE -> gen++; file = me; own = gen; goto held
		:: else -> seen = gen
	fi }
	die();
	/* H2: until that very file is gone, or its maker is dead */
	do
	:: atomic { (file == FREE || gen != seen) -> goto again }
#ifndef NOJUDGE
	:: atomic { (file != FREE && gen == seen && !alive[file]) -> skip };
		die();
#ifdef PUTBACK
		atomic { if :: file == FREE -> goto again :: else -> aside = file; asideGen = gen; file = FREE fi };
		die();
		atomic { if
			:: asideGen != seen && file == FREE -> file = aside; gen = asideGen
			:: else
		fi }
#else
#ifndef NOCLAIM
		/* of all who see it one claims it; where a claim stays, its maker was killed, and it is done without */
		atomic { if
			:: !claimed[seen] -> claimed[seen] = 1; claimant[seen] = 1; claims = 1
			:: claimed[seen] && claimant[seen] -> goto again
			:: claimed[seen] && !claimant[seen] -> skip
		fi };
		die();
#endif
		/* look once more, then unlink */
		atomic { if :: file != FREE && gen == seen -> skip :: else -> goto unclaim fi };
		die();
		atomic { file = FREE };
		die();
unclaim:
		atomic { claimed[seen] = 0; claims = 0 };
#endif
		goto again
#endif
	od;
held:
	die();
	/* H3 */
	atomic { if :: res -> goto release :: else -> works = 1; working++ fi };
	assert(working <= 1 || claimDeaths > 0);
	die();
	atomic { if :: !failed -> failed = 1 :: res = 1 fi; works = 0; working-- };
	die();
release:
	/* H4: only one's own */
	atomic { if :: file == me && gen == own -> file = FREE :: else fi };
	goto again;
done:
	skip;
gone:
	skip
}

init {
	byte i;
	atomic {
		i = 0;
		do :: i < N -> alive[i] = 1; i++ :: else -> break od;
		i = 0;
		do :: i < N -> run P(i); i++ :: else -> break od
	}
	(_nr_pr == 1);
	/* somebody lives: it published */
	assert(res)
}
