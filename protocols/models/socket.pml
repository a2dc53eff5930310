/* socket.pml - protocols/locks.md, J3 and J5: the socket by which a process answers judges of other pid namespaces. One process, which listens, holds a
 * ticket, releases it, stops listening, and begins again under the same name of its socket (ROUNDS); a judge in another pid namespace that meets
 * the ticket; a sweeper. Each file under the name is one of its own. Kill -9 at any step, after which the kernel refuses.
 *  THREAD  a worker thread: it listens before it holds anything, and "no socket" is its death; without, a main thread, which may begin to
 *          listen late or never, and then is judged by age: guarded by its death here (later, never wrongly)
 * In every state: nobody is judged dead who lives; no socket is removed of a process that lives; none while a ticket of its process stands.
 * At the end: no ticket and no socket of the dead.
 * broken variants (expected to FAIL):
 *  NAMED_FIRST    bound under its own name, listens a step later: a judge is refused in between, by one who lives
 *  AGE_FIRST      (with NAMED_FIRST) the sweeper goes by "older than a moment" and asks then: by then another file of that process stands there
 *  CLOSE_FIRST    stops listening before its name is gone
 *  HOLDS_FIRST    (with THREAD) holds before it listens
 *  SOCKETS_LAST   which sockets refuse is asked after the tickets were swept: who died in between loses its socket, and its ticket stays
 */
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define G (ROUNDS + 1)
bit alive = 1;
byte file = 0;          /* the file under the socket's name; 0: none */
bit listens[G];
bit old[G];             /* older than a moment */
byte ticket = 0;        /* the ticket that stands; its name is that of its round */
bit ended = 0;
byte done = 0;
#define refused(f) (f && !listens[f])

proctype P() {
	byte n;
	{
	do
	:: n < ROUNDS ->
		n++;
#ifdef HOLDS_FIRST
		ticket = n;
#endif
#ifndef THREAD
		if :: skip :: ticket = n fi;                       /* a main thread holds before it listens, or after */
#endif
#ifdef NAMED_FIRST
		file = n;
		atomic { listens[n] = 1 };
#else
		atomic { listens[n] = 1 };                         /* under a name that nobody asks */
		file = n;                                          /* rename */
#endif
		if :: ticket == 0 -> ticket = n :: else fi;
		if :: atomic { ticket == n -> ticket = 0 } :: atomic { ticket != n -> skip } fi;
#ifdef CLOSE_FIRST
		listens[n] = 0;
		file = 0
#else
		file = 0;
		listens[n] = 0
#endif
	:: n >= ROUNDS -> break
	od
	} unless { atomic { !alive -> skip } };
	atomic { alive = 0; listens[1] = 0; listens[ROUNDS] = 0; ended = 1; done++ }
}

/* J3 and J4, of the ticket that it met */
proctype Judge() {
	byte met, f;
	do
	:: atomic { ticket != 0 -> met = ticket };
		do
		:: ticket != met -> break
		:: else ->
			atomic {
				f = file;
				if
				:: refused(f) -> assert(!alive || ticket != met)
				:: !refused(f) && f -> f = 255
#ifdef THREAD
				:: !f -> assert(!alive || ticket != met)
#else
				:: !f -> if :: !alive -> skip :: alive -> f = 255 fi      /* J4 */
#endif
				fi
			};
			if
			:: f == 255 -> (ticket != met || !alive)                    /* asks again */
			:: else -> atomic { if :: ticket == met -> ticket = 0 :: else fi }
			fi
		od
	:: atomic { ended && ticket == 0 -> break }
	od;
	done++
}

/* J5. Whose pid it sees, or who refuses; both are asked of what stands there at that moment. */
proctype Sweeper() {
	byte met; bit isDead, last;
	do
	:: !last ->
		last = ended;
		isDead = 0;
#ifdef AGE_FIRST
		atomic { if :: file && old[file] -> skip :: else -> goto next fi };
#endif
#ifndef SOCKETS_LAST
		atomic { if :: refused(file) -> isDead = 1 :: else fi };
#endif
		atomic { met = ticket; if :: met && !(refused(file) || (!file && !alive)) -> met = 0 :: else fi };    /* judged by J2 to J4 */
		atomic { if :: met && ticket == met -> ticket = 0 :: else fi; met = 0 };
#ifdef SOCKETS_LAST
		atomic { if :: refused(file) -> isDead = 1 :: else fi };
#endif
		atomic { if
			:: isDead && file ->
				assert(!alive);
				assert(!ticket);
				file = 0
			:: else
		fi };
#ifdef AGE_FIRST
next:
#endif
		skip
	:: else -> break
	od;
	done++
}

proctype World() {
end:	do
	:: atomic { alive -> alive = 0; listens[1] = 0; listens[ROUNDS] = 0 }
	:: atomic { file && listens[file] && !old[file] -> old[file] = 1 }
	od
}

init {
	atomic { run P(); run Judge(); run Sweeper(); run World() };
	(done == 3);
	assert(!ticket);
#ifndef AGE_FIRST
	assert(!file)
#endif
}
